"""Addresses under `/a/<slug>/settings/reference/`."""

from django.urls import path

from . import logo_pages, views

app_name = "reference_data"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("logo/", logo_pages.edit_logo, name="logo"),
    path("<slug:code_list>/", views.list_items, name="list"),
    path("<slug:code_list>/new/", views.create_item, name="new"),
    path("<slug:code_list>/<uuid:uid>/", views.edit_item, name="edit"),
    path("<slug:code_list>/<uuid:uid>/archive/", views.archive_item, name="archive"),
    path("<slug:code_list>/<uuid:uid>/unarchive/", views.unarchive_item, name="unarchive"),
    path("<slug:code_list>/<uuid:uid>/delete/", views.delete_item, name="delete"),
]
