"""Addresses under `/a/<slug>/settings/workflows/`."""

from django.urls import path

from . import views

app_name = "workflows"
urlpatterns = [
    path("", views.list_workflows, name="list"),
    path("new/", views.create_workflow, name="new"),
    path("<uuid:uid>/", views.edit_workflow, name="edit"),
    path("<uuid:uid>/archive/", views.archive_workflow, name="archive"),
    path("<uuid:uid>/unarchive/", views.unarchive_workflow, name="unarchive"),
    path("<uuid:uid>/delete/", views.delete_workflow, name="delete"),
]
