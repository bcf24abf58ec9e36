"""The pages under /account/notices/."""

from django.urls import path

from . import views

app_name = "notices"

urlpatterns = [
    path("", views.list_notices, name="list"),
    path("read/", views.mark_all_read, name="read"),
    path("choice/", views.choose, name="choose"),
    path("<uuid:notice_id>/", views.open_notice, name="open"),
]
