"""The pages under /a/<slug>/settings/webhooks/."""

from django.urls import path

from . import views

app_name = "webhooks"

urlpatterns = [
    path("", views.list_webhooks, name="list"),
    path("new/", views.create_webhook, name="new"),
    path("mail/", views.choose_own_mail, name="mail"),
    path("<uuid:webhook_id>/", views.show_webhook, name="show"),
    path("<uuid:webhook_id>/log/", views.show_log, name="log"),
    path("<uuid:webhook_id>/edit/", views.edit_webhook, name="edit"),
    path("<uuid:webhook_id>/switch/", views.switch_webhook, name="switch"),
    path("<uuid:webhook_id>/rotate/", views.rotate_secret, name="rotate"),
    path("<uuid:webhook_id>/test/", views.test_webhook, name="test"),
    path("<uuid:webhook_id>/messages/<uuid:message_id>/resend/", views.resend_message, name="resend"),
    path("<uuid:webhook_id>/delete/", views.delete_webhook, name="delete"),
]
