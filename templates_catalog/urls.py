"""Addresses under `/a/<slug>/settings/templates/`."""

from django.urls import path

from . import attachment_pages, preview_pages, variable_pages, views

app_name = "templates"
urlpatterns = [
    path("", views.list_templates, name="list"),
    path("schemes/<uuid:uid>/default/", views.make_default, name="make_default"),
    path("variables/", variable_pages.list_variables, name="variables"),
    path("variables/new/", variable_pages.create_variable, name="variable_new"),
    path("variables/<int:variable_id>/", variable_pages.edit_variable, name="variable_edit"),
    path("variables/<int:variable_id>/delete/", variable_pages.delete_variable, name="variable_delete"),
    path("<slug:section>/new/", views.create_template, name="new"),
    path("<slug:section>/preview/", views.preview_template, name="preview_new"),
    path("<slug:section>/<uuid:uid>/", views.edit_template, name="edit"),
    path("<slug:section>/<uuid:uid>/preview/", views.preview_template, name="preview"),
    path("<slug:section>/mail/", views.mail_template, name="mail_new"),
    path("<slug:section>/<uuid:uid>/mail/", views.mail_template, name="mail"),
    path("<slug:section>/<uuid:uid>/everywhere/", preview_pages.show_everywhere, name="everywhere"),
    path("<slug:section>/<uuid:uid>/everywhere/<slug:there>/", preview_pages.show_one, name="everywhere_one"),
    path("messages/<uuid:uid>/files/<uuid:attachment>/", attachment_pages.open_attachment, name="attachment"),
    path("<slug:section>/<uuid:uid>/archive/", views.archive_template, name="archive"),
    path("<slug:section>/<uuid:uid>/unarchive/", views.unarchive_template, name="unarchive"),
    path("<slug:section>/<uuid:uid>/delete/", views.delete_template, name="delete"),
]
