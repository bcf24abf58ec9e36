"""Declarations that cannot work together are refused, and told which file to open."""

from django.db import models
from django.test.utils import isolate_apps

from settings_sync.declaring.kinds import Kinds
from settings_sync.declaring.options import Category
from settings_sync.declaring.registry import Registry
from settings_sync.models import Item, NameKey, Part
from tenants import rights
from tests.contracts.shelves import Declared, only, unique_name

HERE = "tests/contracts/test_joint_checks.py"


class Named(Item):
    name = models.CharField(max_length=9)
    name_key = NameKey("name")

    class Meta:
        abstract = True
        app_label = "reference_data"
        constraints = [unique_name("%(class)s_name")]


class Piece(Part):
    class Meta:
        abstract = True
        app_label = "reference_data"


class PieceSync(Declared):
    natural_key = None
    fields = ()


@isolate_apps("reference_data")
def test_a_part_is_no_part_of_itself(plant):
    class Board(Piece):
        above = models.ForeignKey("self", models.CASCADE)

    class BoardSync(PieceSync):
        part_of = "above"

    message = only(plant((Board, BoardSync)), "E020")
    assert "reference_data.Board → reference_data.Board" in message.msg
    assert message.hint == f"Open {HERE} (part_of)."


@isolate_apps("reference_data")
def test_parts_are_no_parts_of_each_other(plant):
    class Board(Piece):
        nail = models.ForeignKey("Nail", models.CASCADE)

    class Nail(Piece):
        board = models.ForeignKey(Board, models.CASCADE)

    class Shelf(Named):
        board = models.ForeignKey(Board, models.PROTECT, null=True)

    class BoardSync(PieceSync):
        part_of = "nail"

    class NailSync(PieceSync):
        part_of = "board"

    class ShelfSync(Declared):
        fields = ("name", "board")

    message = only(plant((Shelf, ShelfSync), (Board, BoardSync), (Nail, NailSync)), "E020")
    assert "reference_data.Board → reference_data.Nail → reference_data.Board" in message.msg
    assert HERE in message.hint


@isolate_apps("reference_data")
def test_kinds_do_not_need_each_other(plant):
    class Box(Named):
        shelf = models.ForeignKey("Shelf", models.PROTECT)

    class Shelf(Named):
        pass

    class Board(Piece):
        shelf = models.ForeignKey(Shelf, models.CASCADE)
        box = models.ForeignKey(Box, models.PROTECT)

    class BoxSync(Declared):
        fields = ("name", "shelf")

    class BoardSync(PieceSync):
        part_of = "shelf"
        fields = ("box",)

    message = only(plant((Box, BoxSync), (Shelf, Declared), (Board, BoardSync)), "E021")
    assert "reference_data.Box → reference_data.Shelf → reference_data.Box" in message.msg
    assert f"Open {HERE}" in message.hint


@isolate_apps("reference_data")
def test_kinds_do_not_link_at_each_other(plant):
    class Box(Named):
        shelves = models.ManyToManyField("Shelf", related_name="+")

    class Shelf(Named):
        boxes = models.ManyToManyField(Box, related_name="+")

    class BoxSync(Declared):
        links = ("shelves",)

    class ShelfSync(Declared):
        links = ("boxes",)

    message = only(plant((Box, BoxSync), (Shelf, ShelfSync)), "E021")
    assert f"Open {HERE}" in message.hint


@isolate_apps("reference_data")
def test_a_circle_is_cut_where_a_key_may_be_empty(plant):
    class Box(Named):
        shelf = models.ForeignKey("Shelf", models.PROTECT)

    class Shelf(Named):
        box = models.ForeignKey(Box, models.PROTECT, null=True)

    class BoxSync(Declared):
        fields = ("name", "shelf")

    class ShelfSync(Declared):
        fields = ("name", "box")

    assert plant((Box, BoxSync), (Shelf, ShelfSync)) == []
    own = Registry()
    own.register(Box)(BoxSync)
    own.register(Shelf)(ShelfSync)
    assert [kind.root.model for kind in Kinds(own)] == [Shelf, Box]


@isolate_apps("reference_data")
def test_a_category_is_made_once(plant):
    class Box(Named):
        pass

    class Shelf(Named):
        pass

    class BoxSync(Declared):
        category = Category("shelf", "Shelf")

    message = only(plant((Shelf, Declared), (Box, BoxSync)), "E022")
    assert message.obj is Box
    assert "'shelf' than reference_data.Shelf" in message.msg
    assert f"Open {HERE}: import the category from tests/contracts/shelves.py" in message.hint


@isolate_apps("reference_data")
def test_a_category_has_its_right(plant, monkeypatch):
    class Shelf(Named):
        pass

    assert plant((Shelf, Declared)) == []
    monkeypatch.delitem(rights._registered, "shelf")
    message = only(plant((Shelf, Declared)), "E023")
    assert "shelf.read" in message.msg
    assert "Open reference_data/rights.py" in message.hint
