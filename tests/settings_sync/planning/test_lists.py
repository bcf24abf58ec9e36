"""Lists to choose from that both sides changed: entry by entry, with what points at the entries."""

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings_sync.planning.lists import LOCAL, SOURCE, entry_place, entry_sides, field_path, unite
from settings_sync.planning.merging import Conflict, PartShape, Shape, merge

GROUP = ("type", "options", "default")
BASE = ["Remeha", "Nefit"]
Row = dict[str, Any]


def row(options: list[str], default: str = "", kind: str = "dropdown") -> Row:
    return {"type": kind, **({"options": options} if options else {}), **({"default": default} if default else {})}


def united(base: Row, source: Row, local: Row, **sides: str) -> tuple[Row | None, list[str]]:
    """What comes out, and the places that were asked about; `sides` by the entry, or by `default`."""
    asked: list[str] = []

    def settle(place: str) -> str:
        asked.append(place)
        return sides.get(place.rpartition("#")[2], "")

    return unite(GROUP, base, source, local, settle), asked


@pytest.mark.parametrize(
    ("source", "local", "expected"),
    [
        (["Remeha", "Nefit", "Vaillant"], ["Remeha", "Nefit", "Intergas"], ["Remeha", "Nefit", "Vaillant", "Intergas"]),
        (["Vaillant", "Remeha", "Nefit"], ["Remeha", "Nefit", "Intergas"], ["Vaillant", "Remeha", "Nefit", "Intergas"]),
        (["Remeha", "Ferroli", "Nefit"], ["Remeha", "Nefit", "Ferroli"], ["Remeha", "Nefit", "Ferroli"]),
        (["Remeha"], ["Remeha", "Nefit", "Intergas"], ["Remeha", "Intergas"]),
        (["Remeha", "Nefit", "Vaillant"], ["Nefit"], ["Nefit", "Vaillant"]),
        (["Remeha", "Nefit Bosch"], ["Remeha", "Nefit", "Intergas"], ["Remeha", "Nefit Bosch", "Intergas"]),
        (["Remeha", "Nefit", "Vaillant"], ["Remeha BV", "Nefit"], ["Remeha BV", "Nefit", "Vaillant"]),
        (["Nefit", "Remeha"], ["Remeha", "Nefit", "Intergas"], ["Nefit", "Intergas", "Remeha"]),
        (["Remeha", "Ferroli"], ["Atag", "Nefit"], ["Atag", "Ferroli"]),
    ],
    ids=[
        "both add",
        "in its place",
        "the same added by both",
        "removed there, added here",
        "added there, removed here",
        "renamed there, added here",
        "added there, renamed here",
        "moved there, added here",
        "each renames another",
    ],
)
def test_what_either_side_did_to_other_entries_is_done_without_asking(source, local, expected):
    assert united(row(BASE), row(source), row(local)) == (row(expected), [])


@pytest.mark.parametrize(
    ("source", "local", "taken"),
    [
        (["Remeha", "Nefit Bosch"], ["Remeha", "Nefit NL", "Atag"], {SOURCE: "Nefit Bosch", LOCAL: "Nefit NL"}),
        (["Remeha"], ["Remeha", "Nefit NL"], {SOURCE: "", LOCAL: "Nefit NL"}),
        (["Remeha", "Nefit Bosch"], ["Remeha"], {SOURCE: "Nefit Bosch", LOCAL: ""}),
    ],
    ids=["renamed twice", "removed there, renamed here", "renamed there, removed here"],
)
@pytest.mark.parametrize("side", [SOURCE, LOCAL])
def test_an_entry_that_both_changed_is_a_conflict_of_that_entry_alone(source, local, taken, side):
    base, theirs = row([*BASE, "Itho"]), row([*source, "Itho", "Vaillant"])
    ours = row([local[0], *local[1:2], "Itho", *local[2:]])
    found, asked = united(base, theirs, ours, Nefit=side)
    assert asked == ["options#Nefit"]
    assert found is not None
    expected = {"Remeha", "Itho", "Vaillant", *local[2:], taken[side]} - {""}
    assert set(found["options"]) == expected
    assert entry_sides("options#Nefit", base["options"], theirs["options"], ours["options"]) == (
        taken[SOURCE],
        taken[LOCAL],
    )


class TestLabelsOfEntries:
    """An option keeps its code when its label changes; the labels are merged by code."""

    GROUP = ("type", "options", "labels", "default")
    BASE: ClassVar[dict[str, str]] = {"r": "Remeha", "n": "Nefit"}

    def sides(self, *labels: dict[str, str]) -> list[Row]:
        named = [{code: label for code, label in found.items() if code != label} for found in labels]
        return [
            {"type": "dropdown", "options": list(found), **({"labels": some} if some else {})}
            for found, some in zip(labels, named, strict=True)
        ]

    def united(self, base: Row, source: Row, local: Row, **answers: str) -> tuple[Row | None, list[str]]:
        asked: list[str] = []

        def settle(place: str) -> str:
            asked.append(place)
            return answers.get(place.rpartition("#")[2], "")

        return unite(self.GROUP, base, source, local, settle), asked

    def test_what_both_sides_added_is_there_with_its_label(self):
        base, source, local = self.sides(self.BASE, {**self.BASE, "v": "Vaillant"}, {**self.BASE, "i": "Intergas"})
        expected = {"r": "Remeha", "n": "Nefit", "v": "Vaillant", "i": "Intergas"}
        assert self.united(base, source, local) == (self.sides(expected)[0], [])

    def test_a_label_that_one_side_changed_stands_beside_what_the_other_added(self):
        base, source, local = self.sides(self.BASE, {**self.BASE, "n": "Nefit Bosch"}, {**self.BASE, "i": "Intergas"})
        expected = {"r": "Remeha", "n": "Nefit Bosch", "i": "Intergas"}
        assert self.united(base, source, local) == (self.sides(expected)[0], [])
        assert self.united(base, local, source)[0] == self.sides(expected)[0]

    @pytest.mark.parametrize(
        ("side", "label"), [(SOURCE, "Nefit (groep)"), (LOCAL, "Nefit (hier)"), ("", "Nefit (hier)")]
    )
    def test_a_label_that_both_changed_is_a_conflict_of_that_label_alone(self, side, label):
        sides = self.sides(self.BASE, {**self.BASE, "n": "Nefit (groep)"}, {**self.BASE, "n": "Nefit (hier)"})
        found, asked = self.united(*sides, n=side)
        assert asked == ["labels#n"]
        assert found == self.sides({**self.BASE, "n": label})[0]
        assert entry_sides("labels#n", *(row["labels"] for row in sides)) == ("Nefit (groep)", "Nefit (hier)")

    def test_one_code_added_by_both_with_other_labels_asks_for_the_label(self):
        sides = self.sides(self.BASE, {**self.BASE, "v": "Vaillant"}, {**self.BASE, "v": "Valliant"})
        found, asked = self.united(*sides, v=SOURCE)
        assert (found, asked) == (self.sides({**self.BASE, "v": "Vaillant"})[0], ["labels#v"])

    def test_a_label_that_was_taken_away_there_and_changed_here_asks(self):
        base, source, local = self.sides(self.BASE, {"r": "Remeha", "n": "n"}, {**self.BASE, "n": "Nefit Bosch"})
        assert self.united(base, source, local, n=SOURCE) == (source, ["labels#n"])
        assert entry_sides("labels#n", base["labels"], source["labels"], local["labels"]) == ("n", "Nefit Bosch")

    @pytest.mark.parametrize(
        ("side", "kept"), [(SOURCE, {"r": "Remeha"}), (LOCAL, {"r": "Remeha", "n": "Nefit Bosch"})]
    )
    def test_an_option_that_was_removed_there_and_got_another_label_here_asks(self, side, kept):
        sides = self.sides(self.BASE, {"r": "Remeha"}, {**self.BASE, "n": "Nefit Bosch"})
        assert self.united(*sides, n=side) == (self.sides(kept)[0], ["options#n"])

    def test_a_label_follows_its_option_that_the_other_side_gave_another_code(self):
        base, source, local = self.sides(
            self.BASE, {"r": "Remeha", "nefit": "Nefit"}, {**self.BASE, "n": "Nefit Bosch"}
        )
        assert self.united(base, source, local) == (self.sides({"r": "Remeha", "nefit": "Nefit Bosch"})[0], [])

    def test_labels_that_are_no_texts_are_not_taken_apart(self):
        base, source, local = self.sides(self.BASE, {**self.BASE, "v": "Vaillant"}, {**self.BASE, "i": "Intergas"})
        assert self.united(base, {**source, "labels": {"v": 1}}, local) == (None, [])


class TestWhatPointsAtEntries:
    def test_the_default_of_the_side_that_changed_it_holds(self):
        found = united(row(BASE), row([*BASE, "Vaillant"], "Vaillant"), row([*BASE, "Atag"]))
        assert found == (row([*BASE, "Vaillant", "Atag"], "Vaillant"), [])
        found = united(row(BASE, "Nefit"), row([*BASE, "Vaillant"], "Nefit"), row([*BASE, "Atag"], "Atag"))
        assert found == (row([*BASE, "Vaillant", "Atag"], "Atag"), [])

    def test_two_other_defaults_are_one_question(self):
        sides = row(BASE), row([*BASE, "Vaillant"], "Vaillant"), row([*BASE, "Atag"], "Atag")
        assert united(*sides)[1] == ["default"]
        assert united(*sides, default=SOURCE)[0] == row([*BASE, "Vaillant", "Atag"], "Vaillant")
        assert united(*sides, default=LOCAL)[0] == row([*BASE, "Vaillant", "Atag"], "Atag")

    def test_it_follows_an_entry_that_the_other_side_renamed(self):
        found = united(row(BASE), row(["Remeha", "Nefit Bosch"]), row([*BASE, "Atag"], "Nefit"))
        assert found == (row(["Remeha", "Nefit Bosch", "Atag"], "Nefit Bosch"), [])

    @pytest.mark.parametrize(("side", "expected"), [(SOURCE, row(["Remeha"])), (LOCAL, row(BASE, "Nefit"))])
    def test_an_entry_that_became_the_default_here_and_was_removed_there_asks(self, side, expected):
        found, asked = united(row(BASE), row(["Remeha"]), row(BASE, "Nefit"), Nefit=side)
        assert (found, asked) == (expected, ["options#Nefit"])

    def test_ticked_checkboxes_are_several(self):
        base = row(BASE, kind="checkboxes")
        source, local = row([*BASE, "Atag"], kind="checkboxes"), row(BASE, "Remeha\nNefit", "checkboxes")
        assert united(base, source, local) == (row([*BASE, "Atag"], "Remeha\nNefit", "checkboxes"), [])


@pytest.mark.parametrize(
    ("base", "source", "local"),
    [
        (row(BASE), row([*BASE, "Atag"], kind="radio"), row([*BASE, "Itho"])),
        (row(BASE), row([], kind="text"), row([*BASE, "Itho"])),
        (row(["a", "b", "c"]), row(["b", "a", "c"]), row(["a", "c", "b"])),
        ({"type": "text"}, {"type": "text", "default": "x"}, {"type": "text", "default": "y"}),
        (row(["a", "a"]), row(["a"]), row(["a", "b"])),
    ],
    ids=["another type", "no list any more", "moved differently", "no list at all", "entries that are the same"],
)
def test_what_cannot_be_taken_apart_is_one_conflict(base, source, local):
    assert united(base, source, local) == (None, [])


NAMES = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f"]), unique=True, max_size=5)


@given(base=NAMES, source=NAMES, local=NAMES, sides=st.sampled_from([SOURCE, LOCAL, ""]), data=st.data())
def test_a_default_never_points_outside_the_list_and_nothing_is_there_twice(base, source, local, sides, data):
    rows = [row(names, data.draw(st.sampled_from(["", *names]))) for names in (base, source, local)]
    found = unite(GROUP, *rows, lambda place: sides)
    if found is not None:
        options = found.get("options", [])
        assert len(set(options)) == len(options)
        assert found.get("default", "") in ["", *options]
        assert set(options) <= {*source, *local}
        assert {*source} & {*local} <= set(options)


def test_in_a_merge_the_rest_of_the_field_goes_on():
    shape = Shape(parts=(PartShape("field"),), together={"field": (GROUP,)})
    documents = [
        {"name": "Blad", "parts": {"field": [{"uid": "x", "label": label, **row(options)}]}}
        for label, options in (("Merk", BASE), ("Merk ketel", ["Remeha"]), ("Merk", ["Remeha", "Nefit NL"]))
    ]
    found = merge(base=documents[0], source=documents[1], local=documents[2], shape=shape)
    assert found.conflicts == (Conflict("field/x/options#Nefit", ""),)
    assert found.document["parts"]["field"][0] == {"uid": "x", "label": "Merk ketel", **row(["Remeha", "Nefit NL"])}


def test_the_place_of_a_long_entry_fits_and_stays_its_own():
    one, other = entry_place("options", "x" * 400), entry_place("options", "x" * 399)
    assert one != other
    assert len(one) < 200
    assert field_path(f"field/uid/{one}") == "field/uid/options"
