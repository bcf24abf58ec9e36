"""Addresses under `/a/<slug>/settings/forms/`."""

from django.urls import path

from . import arranging_views, exchange_views, trying_views, views

app_name = "forms_catalog"
urlpatterns = [
    path("", views.list_forms, name="list"),
    path("new/", views.create_form, name="new"),
    path("import/", exchange_views.import_form, name="import"),
    path("<uuid:uid>/", views.edit_form, name="edit"),
    path("<uuid:uid>/details/", views.edit_details, name="details"),
    path("<uuid:uid>/xlsform/", exchange_views.export_form, name="export"),
    path("<uuid:uid>/try/", trying_views.try_form, name="try"),
    path("<uuid:uid>/try/so-far/", trying_views.try_so_far, name="try_so_far"),
    path("<uuid:uid>/print/", views.preview_print, name="preview_print"),
    path("<uuid:uid>/archive/", views.archive_form, name="archive"),
    path("<uuid:uid>/unarchive/", views.unarchive_form, name="unarchive"),
    path("<uuid:uid>/delete/", views.delete_form, name="delete"),
    path("<uuid:uid>/bring-back/", arranging_views.bring_back_part, name="bring_back_part"),
    path("<uuid:uid>/sections/new/", views.add_section, name="new_section"),
    path("sections/<uuid:uid>/fields/new/", views.add_field, name="new_field"),
    path("<slug:kind>/<uuid:uid>/edit/", views.edit_part, name="edit_part"),
    path("<slug:kind>/<uuid:uid>/move/", arranging_views.move_part, name="move_part"),
    path("<slug:kind>/<uuid:uid>/duplicate/", arranging_views.duplicate_part, name="duplicate_part"),
    path("<slug:kind>/<uuid:uid>/delete/", arranging_views.delete_part, name="delete_part"),
]
