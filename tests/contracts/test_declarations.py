"""Every model of every administration says whether it travels, and every field: `manage.py check` refuses the rest."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import GeneratedField
from django.test.utils import isolate_apps

from reference_data.models import VatRate, WorkType
from settings_sync.declaring import checks
from settings_sync.declaring.kinds import tenant_models
from settings_sync.declaring.options import ModelSync
from settings_sync.declaring.registry import AlreadyRegistered, Registry, registry
from settings_sync.models import Item, NameKey, Part
from tests.contracts.shelves import Declared, ids, unique_name

MODELS = tenant_models()
TRAVELLING = [model for model in MODELS if model in registry.declared]


def name_of(model: Any) -> str:
    return str(model._meta.label) if hasattr(model, "_meta") else str(model)


def test_everything_is_declared_well():
    assert checks.check_declarations() == []


def test_no_app_is_shared_and_of_an_administration_at_once():
    assert not set(settings.SHARED_APPS) & set(settings.TENANT_APPS)


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_a_model_that_nobody_classified_is_caught(open_registry, model):
    open_registry.withdraw(model)
    (message,) = [found for found in checks.check_declarations() if found.id == "settings_sync.E002"]
    assert message.obj is model
    assert f"{model._meta.app_label}/sync.py" in message.hint


FIELDS = [
    (model, field.name)
    for model in TRAVELLING
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
    if field.name not in checks.HANDLED_BY_THE_ENGINE
    and not isinstance(field, GeneratedField)
    and field.name != registry.declared[model].part_of
]


@pytest.mark.parametrize(("model", "field"), FIELDS, ids=name_of)
def test_a_field_that_nobody_classified_is_caught(open_registry, model, field):
    class Forgetful(open_registry.declared[model]):
        fields = tuple(name for name in registry.declared[model].fields if name != field)
        local = tuple(name for name in registry.declared[model].local if name != field)
        links = tuple(name for name in registry.declared[model].links if name != field)

    open_registry.declared[model] = Forgetful
    (message,) = [found for found in checks.check_declarations() if found.id == "settings_sync.E004"]
    assert message.obj is model
    assert repr(field) in message.msg
    assert f"{model._meta.app_label}/sync.py" in message.hint


def test_a_field_cannot_travel_and_stay(open_registry):
    class Torn(open_registry.declared[VatRate]):
        local = ("percentage",)

    open_registry.declared[VatRate] = Torn
    assert ids() == ["settings_sync.E005"]


@pytest.mark.parametrize("attribute", ["fields", "local", "links"])
def test_a_field_that_does_not_exist_is_caught(open_registry, attribute):
    wrong = type("Wrong", (open_registry.declared[VatRate],), {attribute: ("percentge",)})
    open_registry.declared[VatRate] = wrong
    assert "settings_sync.E003" in ids(VatRate)


def test_a_model_is_declared_once():
    own = Registry()
    own.register(WorkType)(ModelSync)
    with pytest.raises(AlreadyRegistered, match="WorkType"):
        own.register(WorkType)(ModelSync)
    with pytest.raises(AlreadyRegistered, match="WorkType"):
        own.exclude(WorkType, reason="twice")
    own.exclude(VatRate, reason="stays")
    with pytest.raises(AlreadyRegistered, match="stays"):
        own.register(VatRate)(ModelSync)


def test_leaving_a_model_out_takes_a_reason():
    with pytest.raises(ValueError, match="why"):
        Registry().exclude(WorkType, reason="  ")


@isolate_apps("reference_data")
def test_an_item_needs_a_category_and_a_name_to_be_recognised_by(planted):
    class Shelf(Item):
        name = models.CharField(max_length=9)

        class Meta:
            app_label = "reference_data"

    class Nameless(ModelSync):
        fields = ("name",)

    assert planted((Shelf, Nameless)) == ["settings_sync.E007"]


@isolate_apps("reference_data")
def test_an_item_is_an_item(planted):
    class Shelf(models.Model):
        name = models.CharField(max_length=9)

        class Meta:
            app_label = "reference_data"

    assert planted((Shelf, Declared)) == ["settings_sync.E006"]


@isolate_apps("reference_data")
def test_a_part_is_part_of_something_that_travels(planted):
    class Board(Part):
        rate = models.ForeignKey(VatRate, models.CASCADE)
        other = models.ForeignKey("tenants.Administration", models.CASCADE)

        class Meta:
            app_label = "reference_data"

    class BoardSync(ModelSync):
        part_of = "other"
        fields = ("rate",)

    assert "settings_sync.E008" in planted((Board, BoardSync))


@isolate_apps("reference_data")
def test_a_travelling_reference_to_what_stays_is_caught(planted):
    class Shelf(Item):
        name = models.CharField(max_length=9)
        name_key = NameKey("name")
        customer = models.ForeignKey("business.Customer", models.PROTECT, null=True)

        class Meta:
            app_label = "reference_data"
            constraints = [unique_name("shelf_name")]

    Shelf._meta.get_field("customer").remote_field.model = apps.get_model("business.Customer")

    class ShelfSync(Declared):
        fields = ("name", "customer")

    assert planted((Shelf, ShelfSync)) == ["settings_sync.E010"]


@isolate_apps("reference_data")
def test_a_travelling_reference_that_changes_by_itself_is_caught(planted):
    class Shelf(Item):
        name = models.CharField(max_length=9)
        name_key = NameKey("name")
        rate = models.ForeignKey(VatRate, models.SET_NULL, null=True)

        class Meta:
            app_label = "reference_data"
            constraints = [unique_name("shelf_name")]

    class ShelfSync(Declared):
        fields = ("name", "rate")

    assert planted((Shelf, ShelfSync)) == ["settings_sync.E013"]


@isolate_apps("reference_data")
def test_a_unique_value_that_could_not_be_swapped_is_caught(planted):
    class Shelf(Item):
        name = models.CharField(max_length=9)
        name_key = NameKey("name")

        class Meta:
            app_label = "reference_data"
            constraints = [
                unique_name("shelf_name_key"),
                models.UniqueConstraint(fields=["name"], name="shelf_name"),
            ]

    assert planted((Shelf, Declared)) == ["settings_sync.E015"]


@isolate_apps("reference_data")
def test_a_good_declaration_passes(planted):
    class Shelf(Item):
        name = models.CharField(max_length=9)
        name_key = NameKey("name")

        class Meta:
            app_label = "reference_data"
            constraints = [unique_name("shelf_name")]

    assert planted((Shelf, Declared)) == []


@isolate_apps("business")
@pytest.mark.parametrize("on_delete", [models.CASCADE, models.SET_NULL, models.SET_DEFAULT], ids=lambda f: f.__name__)
def test_daily_data_that_would_change_with_its_setting_is_caught(planted, on_delete):
    class Order(models.Model):
        rate = models.ForeignKey(VatRate, on_delete, null=True, default=None)

        class Meta:
            app_label = "business"

    assert planted(excluded=(Order,)) == ["settings_sync.E017"]


@isolate_apps("business")
def test_daily_data_that_points_at_a_part_is_caught(planted):
    class Answer(models.Model):
        question = models.ForeignKey("forms_catalog.Field", models.PROTECT)

        class Meta:
            app_label = "business"

    Answer._meta.get_field("question").remote_field.model = apps.get_model("forms_catalog.Field")
    assert planted(excluded=(Answer,)) == ["settings_sync.E016"]


@pytest.mark.usefixtures("db")
def test_no_key_from_daily_data_to_settings_acts_by_itself_in_the_database():
    """GRANTs do not stop a cascade, so in the database itself these keys are NO ACTION or RESTRICT."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f'"
            " AND (confdeltype NOT IN ('a', 'r') OR confupdtype NOT IN ('a', 'r'))"
        )
        assert cursor.fetchall() == []


@isolate_apps("reference_data")
def test_a_kind_has_a_table_of_its_own(planted):
    class Shelf(Item):
        name = models.CharField(max_length=9)
        name_key = NameKey("name")

        class Meta:
            app_label = "reference_data"
            constraints = [unique_name("shelf_name_once")]

    class Front(Shelf):
        class Meta:
            app_label = "reference_data"
            proxy = True

    class Rack(Shelf):
        class Meta:
            app_label = "reference_data"

    class Seen(Item):
        name = models.CharField(max_length=9)
        name_key = NameKey("name")

        class Meta:
            app_label = "reference_data"
            managed = False
            constraints = [unique_name("seen_name_once")]

    assert planted((Shelf, Declared)) == []
    assert planted((Shelf, Declared), (Front, Declared)) == ["settings_sync.E032"]
    assert planted((Shelf, Declared), (Rack, Declared)) == ["settings_sync.E032"]
    assert planted((Shelf, Declared), excluded=(Rack,)) == ["settings_sync.E032"]
    assert planted((Seen, Declared)) == ["settings_sync.E032"]


@isolate_apps("reference_data")
def test_a_proxy_need_not_be_classified(plant, monkeypatch):
    class Shelf(Item):
        name = models.CharField(max_length=9)
        name_key = NameKey("name")

        class Meta:
            app_label = "reference_data"
            constraints = [unique_name("shelf_name_once")]

    class Front(Shelf):
        class Meta:
            app_label = "reference_data"
            proxy = True

    assert plant((Shelf, Declared)) == []
    monkeypatch.setattr(checks, "tenant_models", lambda: [Shelf, Front])
    assert checks.check_declarations() == []
