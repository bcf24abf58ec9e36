"""A field that is named where a field of its sort cannot stand is refused, and told which file to open."""

import uuid

import pytest
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models.functions import Now
from django.test.utils import isolate_apps
from django.utils import timezone

from reference_data.models import VatRate, WorkType
from settings_sync.declaring.upgrades import RenamedField
from settings_sync.models import Item, NameKey, Part
from tests.contracts.shelves import Declared, only, unique_name

HERE = "tests/contracts/test_field_checks.py"


class Named(Item):
    """What every shelf needs, so that a test tells only what it is about."""

    name = models.CharField(max_length=9)
    name_key = NameKey("name")

    class Meta:
        abstract = True
        app_label = "reference_data"
        constraints = [unique_name("%(class)s_name")]


@isolate_apps("reference_data")
def test_a_generic_key_cannot_travel(plant):
    class Shelf(Named):
        sort = models.ForeignKey(ContentType, models.PROTECT)
        number = models.IntegerField(default=0)
        thing = GenericForeignKey("sort", "number")

    class Pieces(Declared):
        fields = ("name", "number")
        local = ("sort",)

    class Whole(Declared):
        fields = ("name", "thing")

    assert "'thing' travel (number)" in only(plant((Shelf, Pieces)), "E030").msg
    message = only(plant((Shelf, Whole)), "E030")
    assert "'thing' travel (thing)" in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
def test_a_many_to_many_field_is_a_link(plant):
    class Shelf(Named):
        work_types = models.ManyToManyField(WorkType)

    class InFields(Declared):
        fields = ("name", "work_types")

    class InLinks(Declared):
        links = ("work_types",)

    message = only(plant((Shelf, InFields)), "E026")
    assert "'work_types'" in message.msg
    assert f"Open {HERE} and put it in links." == message.hint
    assert plant((Shelf, InLinks)) == []


@isolate_apps("reference_data")
def test_what_the_database_computes_does_not_travel(plant):
    class Shelf(Named):
        pass

    class ShelfSync(Declared):
        fields = ("name", "name_key")

    message = only(plant((Shelf, ShelfSync)), "E026")
    assert "'name_key'" in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
def test_a_link_is_a_many_to_many_field_to_items(plant):
    class Shelf(Named):
        rate = models.ForeignKey(VatRate, models.PROTECT, null=True)

    class ShelfSync(Declared):
        links = ("rate",)

    message = only(plant((Shelf, ShelfSync)), "E027")
    assert "'rate'" in message.msg
    assert f"Open {HERE}; what has a column belongs in fields." == message.hint


@isolate_apps("reference_data")
def test_a_link_that_others_made_is_no_link(plant):
    class Shelf(Named):
        pass

    class Box(Named):
        shelves = models.ManyToManyField(Shelf, related_name="boxes")

    class Backwards(Declared):
        links = ("boxes",)

    class Forwards(Declared):
        links = ("shelves",)

    message = only(plant((Shelf, Backwards), (Box, Forwards)), "E027")
    assert message.obj is Shelf
    assert HERE in message.hint


@isolate_apps("reference_data")
def test_a_link_points_at_no_part(plant):
    class Shelf(Named):
        boards = models.ManyToManyField("Board")

    class Board(Part):
        shelf = models.ForeignKey(Shelf, models.CASCADE)

        class Meta:
            app_label = "reference_data"

    class ShelfSync(Declared):
        links = ("boards",)

    class BoardSync(Declared):
        natural_key = None
        part_of = "shelf"
        fields = ()

    message = only(plant((Shelf, ShelfSync), (Board, BoardSync)), "E027")
    assert "parts" in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
def test_a_link_has_no_rows_of_its_own(plant):
    class Use(models.Model):
        shelf = models.ForeignKey("Shelf", models.CASCADE)
        work_type = models.ForeignKey(WorkType, models.PROTECT)
        since = models.DateField()

        class Meta:
            app_label = "reference_data"

    class Shelf(Named):
        work_types = models.ManyToManyField(WorkType, through=Use)

    class ShelfSync(Declared):
        links = ("work_types",)

    message = only(plant((Shelf, ShelfSync)), "E027")
    assert "rows of its own" in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
@pytest.mark.parametrize("attribute", ["natural_key", "part_key"])
def test_what_people_recognise_it_by_travels(plant, attribute):
    class Shelf(Named):
        code = models.CharField(max_length=9)

    class Board(Part):
        shelf = models.ForeignKey(Shelf, models.CASCADE)
        code = models.CharField(max_length=9)

        class Meta:
            app_label = "reference_data"

    class ShelfSync(Declared):
        fields = ("code",) if attribute == "natural_key" else ("name", "code")
        local = ("name",) if attribute == "natural_key" else ()

    class BoardSync(Declared):
        natural_key = None
        part_of = "shelf"
        part_key = "code"
        fields = ("code",) if attribute == "natural_key" else ()
        local = ("code",) if attribute == "part_key" else ()

    message = only(plant((Shelf, ShelfSync), (Board, BoardSync)), "E025")
    assert f"its {attribute}" in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
def test_an_item_has_its_name_key(plant):
    class Without(Item):
        name = models.CharField(max_length=9)

        class Meta:
            app_label = "reference_data"

    class OfAnother(Item):
        name = models.CharField(max_length=9)
        code = models.CharField(max_length=9)
        name_key = NameKey("code")

        class Meta:
            app_label = "reference_data"
            constraints = [unique_name("of_another_name")]

    class NotUnique(Item):
        name = models.CharField(max_length=9)
        name_key = NameKey("name")

        class Meta:
            app_label = "reference_data"

    class Coded(Declared):
        fields = ("name", "code")

    for model, declared in ((Without, Declared), (OfAnother, Coded), (NotUnique, Declared)):
        message = only(plant((model, declared)), "E024")
        assert message.obj is model
        assert f'Open {HERE} and add name_key = NameKey("name")' in message.hint


@isolate_apps("reference_data")
@pytest.mark.parametrize(
    "field",
    [
        models.DateTimeField(default=timezone.now),
        models.UUIDField(default=uuid.uuid4),
        models.DateTimeField(db_default=Now()),
    ],
    ids=["now", "uuid4", "in the database"],
)
@pytest.mark.parametrize("place", ["fields", "local"])
def test_a_default_is_the_same_tomorrow(plant, field, place):
    class Shelf(Named):
        made = field.clone()

    class ShelfSync(Declared):
        fields = ("name", "made") if place == "fields" else ("name",)
        local = ("made",) if place == "local" else ()

    message = only(plant((Shelf, ShelfSync)), "E028")
    assert "'made'" in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
def test_an_empty_list_is_the_same_tomorrow(plant):
    class Shelf(Named):
        values = models.JSONField(default=list)
        words = models.JSONField(default=dict)

    class ShelfSync(Declared):
        fields = ("name", "values", "words")

    assert plant((Shelf, ShelfSync)) == []


@isolate_apps("reference_data")
@pytest.mark.parametrize(
    "field",
    [
        lambda: models.IntegerField(),
        lambda: models.DateField(auto_now_add=True),
        lambda: models.ForeignKey(VatRate, models.PROTECT),
        lambda: models.ManyToManyField(WorkType),
    ],
    ids=["number", "date", "key", "links"],
)
def test_what_stays_needs_something_to_start_with(plant, field):
    class Shelf(Named):
        price = field()

    class ShelfSync(Declared):
        local = ("price",)

    message = only(plant((Shelf, ShelfSync)), "E029")
    assert "'price'" in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
@pytest.mark.parametrize(
    "field",
    [
        lambda: models.IntegerField(default=0),
        lambda: models.IntegerField(null=True),
        lambda: models.CharField(max_length=9),
        lambda: models.DateTimeField(auto_now=True),
        lambda: models.ForeignKey(VatRate, models.PROTECT, null=True),
    ],
    ids=["default", "null", "text", "now", "key"],
)
def test_what_stays_may_start_empty(plant, field):
    class Shelf(Named):
        price = field()

    class ShelfSync(Declared):
        local = ("price",)

    assert plant((Shelf, ShelfSync)) == []


@isolate_apps("reference_data")
def test_unique_together_cannot_be_deferred(plant):
    class Shelf(Named):
        side = models.CharField(max_length=9)

        class Meta(Named.Meta):
            unique_together = [("name", "side")]

    class ShelfSync(Declared):
        fields = ("name", "side")

    message = only(plant((Shelf, ShelfSync)), "E015")
    assert "name, side" in message.msg
    assert f"Open {HERE}" in message.hint


@isolate_apps("reference_data")
def test_a_name_that_an_upgrade_took_away_is_not_used_again(plant):
    class Shelf(Named):
        note = models.CharField(max_length=9, default="")

    class Again(Declared):
        fields = ("name", "note")
        upgrades = (RenamedField("note", "name"),)

    class Otherwise(Declared):
        fields = ("name", "note")
        upgrades = (RenamedField("text", "note"),)

    message = only(plant((Shelf, Again)), "E031")
    assert "'note' again" in message.msg
    assert HERE in message.hint
    assert plant((Shelf, Otherwise)) == []


@isolate_apps("reference_data")
@pytest.mark.parametrize("place", ["fields", "local"])
@pytest.mark.parametrize("name", ["boards", "signs", "id", "uid", "parts"])
def test_what_has_no_field_of_its_own_is_not_named(plant, name, place):
    class Shelf(Named):
        parts = models.CharField(max_length=9, default="")
        signs = GenericRelation("self", object_id_field="id", content_type_field="id")

    class Board(Part):
        shelf = models.ForeignKey(Shelf, models.CASCADE, related_name="boards")

        class Meta:
            app_label = "reference_data"

    class ShelfSync(Declared):
        fields = ("name", name) if place == "fields" else ("name",)
        local = (name,) if place == "local" else ()

    class BoardSync(Declared):
        natural_key = None
        part_of = "shelf"
        fields = ()

    found = [message for message in plant((Shelf, ShelfSync), (Board, BoardSync)) if message.id.endswith("E033")]
    message = only(found, "E033")
    assert repr(name) in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
@pytest.mark.parametrize(
    ("names", "refused"),
    [
        ({"fields": ("text", "text")}, "'text' twice"),
        ({"fields": ("text", "shelf")}, "'shelf'"),
        ({"fields": ("text", "position")}, "'position'"),
        ({"fields": ("text",), "local": ("position",)}, "'position'"),
    ],
)
def test_a_part_names_its_own_fields_once(plant, names, refused):
    class Shelf(Named):
        pass

    class Board(Part):
        shelf = models.ForeignKey(Shelf, models.CASCADE)
        text = models.CharField(max_length=9)

        class Meta:
            app_label = "reference_data"

    board = type("BoardSync", (Declared,), {"natural_key": None, "part_of": "shelf", **names})
    message = only(plant((Shelf, Declared), (Board, board)), "E033")
    assert refused in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"label": "work_types"}, "'work_types' as label"),
        ({"label": "count"}, "'count' as label"),
        ({"label": "rate"}, "number of a row"),
        ({"part_key": "position_key"}, "'position_key' as part_key"),
        ({"merge_together": (("text", "work_types"),)}, "'work_types' as merge_together"),
        ({"merge_together": (("text", "count"),)}, "'count' as merge_together"),
        ({"merge_together": (("text", "name"), ("rate", "text"))}, "'text' change as one with two groups"),
    ],
)
def test_what_people_read_and_what_changes_as_one_stands_in_documents(plant, told, refused):
    class Shelf(Named):
        text = models.CharField(max_length=9, default="")
        rate = models.ForeignKey(VatRate, models.PROTECT, null=True)
        count = models.IntegerField(default=0)
        position_key = NameKey("text")
        work_types = models.ManyToManyField(WorkType)

    names = {"fields": ("name", "text", "rate"), "local": ("count",), "links": ("work_types",)}
    message = only(plant((Shelf, type("ShelfSync", (Declared,), {**names, **told}))), "E034")
    assert refused in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
@pytest.mark.parametrize("sort", ["primary key", "to a field", "part to a field", "part of nothing"])
def test_rows_go_by_their_number(plant, sort):
    class Shelf(Named):
        rate = models.ForeignKey(VatRate, models.PROTECT, null=True, to_field="uid" if sort == "to a field" else None)
        if sort == "primary key":
            number = models.IntegerField(primary_key=True)

    class Board(Part):
        shelf = models.ForeignKey(
            Shelf,
            models.CASCADE,
            null=sort == "part of nothing",
            to_field="uid" if sort == "part to a field" else None,
        )

        class Meta:
            app_label = "reference_data"

    class ShelfSync(Declared):
        fields = ("name", "rate")
        local = ("number",) if sort == "primary key" else ()

    class BoardSync(Declared):
        natural_key = None
        part_of = "shelf"
        fields = ()

    found = [message for message in plant((Shelf, ShelfSync), (Board, BoardSync)) if not message.id.endswith("E029")]
    assert HERE in only(found, "E035").hint


@isolate_apps("reference_data")
def test_what_excludes_other_rows_can_be_deferred(plant):
    class Shelf(Named):
        height = models.IntegerField(default=0)

        class Meta(Named.Meta):
            constraints = [
                unique_name("%(class)s_name"),
                ExclusionConstraint(name="shelf_height", expressions=[("height", "=")]),
            ]

    class ShelfSync(Declared):
        fields = ("name", "height")

    assert "'shelf_height'" in only(plant((Shelf, ShelfSync)), "E015").msg
