"""Addresses under `/a/<slug>/settings/templates/`."""

from django.urls import path

from . import views

app_name = "templates"
urlpatterns = [
    path("", views.list_templates, name="list"),
    path("schemes/<uuid:uid>/default/", views.make_default, name="make_default"),
    path("<slug:section>/new/", views.create_template, name="new"),
    path("<slug:section>/preview/", views.preview_template, name="preview_new"),
    path("<slug:section>/<uuid:uid>/", views.edit_template, name="edit"),
    path("<slug:section>/<uuid:uid>/preview/", views.preview_template, name="preview"),
    path("<slug:section>/<uuid:uid>/archive/", views.archive_template, name="archive"),
    path("<slug:section>/<uuid:uid>/unarchive/", views.unarchive_template, name="unarchive"),
    path("<slug:section>/<uuid:uid>/delete/", views.delete_template, name="delete"),
]
