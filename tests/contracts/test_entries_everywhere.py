"""No door reads a number, date or time by itself: all use the fields that take what people here write."""

import importlib
from collections.abc import Iterator
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import UserChangeForm
from django.test import RequestFactory
from rest_framework import serializers

from local_servers.processes import PROJECT
from settings_sync.shapes import base
from tenants import entry_fields

READ_BY_DJANGO = (forms.IntegerField, forms.DateField, forms.TimeField, forms.DateTimeField, forms.DurationField)
OURS = (
    entry_fields.NumberField,
    entry_fields.WholeNumberField,
    entry_fields.DateField,
    entry_fields.TimeField,
    entry_fields.DateTimeField,
)
READ_BY_REST = (
    serializers.IntegerField,
    serializers.FloatField,
    serializers.DecimalField,
    serializers.DateField,
    serializers.TimeField,
    serializers.DateTimeField,
)
OURS_IN_JSON = (base.Whole, base.WholeInAddress, base.Day)


def own_apps() -> set[str]:
    return {name.split(".")[0] for name in settings.INSTALLED_APPS if (PROJECT / name.split(".")[0]).is_dir()}


def import_everything() -> None:
    for app in own_apps():
        for path in (PROJECT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                importlib.import_module(".".join(path.relative_to(PROJECT).with_suffix("").parts))


def below(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        yield child
        yield from below(child)


def is_ours(which: type[Any]) -> bool:
    return which.__module__.split(".")[0] in own_apps()


def test_every_form_reads_numbers_dates_and_times_as_people_write_them():
    # Of Django's form of a user, the page of support shows a part; it is looked at below.
    import_everything()
    found = [
        f"{form.__module__}.{form.__name__}.{name}"
        for form in set(below(forms.BaseForm))
        if is_ours(form) and not issubclass(form, UserChangeForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, READ_BY_DJANGO) and not isinstance(field, OURS)
    ]
    assert not found


def test_every_body_and_address_of_the_api_does_too():
    import_everything()
    found = [
        f"{shape.__module__}.{shape.__name__}.{name}"
        for shape in set(below(serializers.Serializer))
        if is_ours(shape) and (issubclass(shape, base.Body) or shape.__name__.endswith("Query"))
        for name, field in shape().fields.items()
        if isinstance(field, READ_BY_REST) and not isinstance(field, OURS_IN_JSON)
    ]
    assert not found


def test_every_page_of_support_does_too(rf: RequestFactory, django_user_model: Any, db: None):
    request = rf.get("/admin/")
    request.user = django_user_model(is_staff=True, is_superuser=True, email="support@eenlijn.example")
    request.user.is_verified = lambda: True
    models = [model for model in apps.get_models() if is_ours(model) and admin.site.is_registered(model)]
    found = [
        f"{model._meta.label}.{name}"
        for model in models
        for name in getattr(admin.site.get_model_admin(model), "editable", ())
        for field in [admin.site.get_model_admin(model).formfield_for_dbfield(model._meta.get_field(name), request)]
        if isinstance(field, READ_BY_DJANGO) and not isinstance(field, OURS)
    ]
    assert models
    assert not found
