"""Merging documents: field by field, part by part, on plain values; and what must hold for any two edits."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from settings_sync.planning.merging import LOCAL, SOURCE, Chooser, Conflict, PartShape, Shape, merge
from settings_sync.planning.ordering import merge_order

SHAPE = Shape(
    links=frozenset({"work_types"}),
    parts=(
        PartShape("section"),
        PartShape("field", above="section", above_key="section", inside={"visible_if": "field"}),
    ),
    together={"field": (("type", "options"),)},
)

Body = dict[str, Any]


def document(name: str = "Ketel", sections: str = "A", fields: Any = (), **values: Any) -> Body:
    """A form: sections by one letter each, fields as (uid, section, label) or with more values."""
    parts: Body = {"section": [{"uid": uid, "title": f"Sectie {uid}"} for uid in sections]} if sections else {}
    if fields:
        rows = [
            {"uid": field[0], "section": field[1], "label": field[2], **(field[3] if len(field) > 3 else {})}
            for field in fields
        ]
        parts["field"] = rows
    return {"name": name, **values, **({"parts": parts} if parts else {})}


def merged(base: Body | None, source: Body, local: Body, **decided: str) -> Any:
    return merge(
        base=base, source=source, local=local, shape=SHAPE, answers=lambda path: decided.get(path.replace("/", "_"), "")
    )


def field_labels(body: Body) -> list[tuple[str, str]]:
    return [(row["uid"], row["label"]) for row in body.get("parts", {}).get("field", ())]


BASE = document(fields=[("x", "A", "X"), ("y", "A", "Y")])


class TestFields:
    def test_each_side_keeps_what_it_alone_changed(self):
        found = merged({"name": "a", "code": "1"}, {"name": "b", "code": "1"}, {"name": "a", "code": "2"})
        assert (found.document, found.conflicts) == ({"name": "b", "code": "2"}, ())

    def test_the_same_change_on_both_sides_is_no_conflict(self):
        found = merged({"name": "a"}, {"name": "b"}, {"name": "b"})
        assert (found.document, found.conflicts) == ({"name": "b"}, ())

    @pytest.mark.parametrize(("side", "name"), [(SOURCE, "b"), (LOCAL, "c"), ("", "c")])
    def test_different_changes_are_a_conflict(self, side, name):
        found = merged({"name": "a"}, {"name": "b"}, {"name": "c"}, name=side)
        assert (found.document, found.conflicts) == ({"name": name}, (Conflict("name", side),))
        assert found.is_open == (side == "")

    def test_a_value_that_one_side_emptied_is_gone(self):
        found = merged({"name": "a", "text": "t"}, {"name": "a"}, {"name": "a", "text": "t"})
        assert found.document == {"name": "a"}

    def test_a_value_that_one_side_filled_in_is_there(self):
        empty, filled = {"name": "a"}, {"name": "a", "text": "t"}
        assert merged(empty, filled, empty).document == merged(empty, empty, filled).document == filled

    def test_without_a_base_every_difference_is_a_conflict(self):
        found = merged(None, {"name": "a", "code": "1"}, {"name": "a", "code": "2"})
        assert found.conflicts == (Conflict("code", ""),)

    def test_fields_that_change_together_are_one(self):
        sides = [
            document(fields=[("x", "A", "X", values)])
            for values in ({"type": "text"}, {"type": "radio", "options": ["a"]}, {"type": "text", "options": ["b"]})
        ]
        found = merged(*sides, field_x_type=SOURCE)
        assert found.conflicts == (Conflict("field/x/type", SOURCE),)
        assert found.document["parts"]["field"][0]["options"] == ["a"]

    def test_links_are_sets(self):
        found = merged({"work_types": ["1", "2"]}, {"work_types": ["2", "3"]}, {"work_types": ["1", "2", "4"]})
        assert (found.document, found.conflicts) == ({"work_types": ["2", "3", "4"]}, ())

    @pytest.mark.parametrize(("side", "links"), [(SOURCE, ["2", "3"]), (LOCAL, ["1", "2"]), ("", ["1", "2"])])
    def test_links_without_a_base_are_one_conflict(self, side, links):
        source, local = ({"name": "a", "work_types": links} for links in (["2", "3"], ["1", "2"]))
        found = merged(None, source, local, work_types=side)
        assert (found.document["work_types"], found.conflicts) == (links, (Conflict("work_types", side),))
        assert merged(None, source, source).conflicts == ()

    def test_what_is_forced_needs_no_conflict(self):
        sides = {"base": {"name": "a"}, "source": {"name": "a"}, "local": {"name": "c"}}
        assert merge(**sides, shape=SHAPE, forced=lambda path: SOURCE).document == {"name": "a"}


UNTOUCHED, EDITED, REMOVED = "untouched", "edited", "removed"


def with_x(state: str, word: str) -> Body:
    """The base with field x as it was, with another label, or without it."""
    if state == REMOVED:
        return document(fields=[("y", "A", "Y")])
    return document(fields=[("x", "A", word if state == EDITED else "X"), ("y", "A", "Y")])


OUTCOMES = {
    (UNTOUCHED, UNTOUCHED): ("X", None),
    (UNTOUCHED, EDITED): ("hier", None),
    (UNTOUCHED, REMOVED): (None, None),
    (EDITED, UNTOUCHED): ("hoofd", None),
    (EDITED, EDITED): ("hier", "field/x/label"),
    (EDITED, REMOVED): (None, "field/x"),
    (REMOVED, UNTOUCHED): (None, None),
    (REMOVED, EDITED): ("hier", "field/x"),
    (REMOVED, REMOVED): (None, None),
}


class TestParts:
    @pytest.mark.parametrize(("source", "local"), OUTCOMES, ids=[f"{s} there, {o} here" for s, o in OUTCOMES])
    def test_every_pair_of_edits(self, source, local):
        label, conflict = OUTCOMES[source, local]
        found = merged(BASE, with_x(source, "hoofd"), with_x(local, "hier"))
        assert dict(field_labels(found.document)).get("x") == label
        assert [path for path, _side in found.conflicts] == ([conflict] if conflict else [])

    @pytest.mark.parametrize(("source", "local"), [(EDITED, REMOVED), (REMOVED, EDITED)])
    @pytest.mark.parametrize("side", [SOURCE, LOCAL])
    def test_a_removal_against_an_edit_takes_the_side_that_is_chosen(self, source, local, side):
        sides = {SOURCE: with_x(source, "hoofd"), LOCAL: with_x(local, "hier")}
        found = merged(BASE, sides[SOURCE], sides[LOCAL], field_x=side)
        assert dict(field_labels(found.document)).get("x") == dict(field_labels(sides[side])).get("x")
        assert not found.is_open

    def test_parts_that_either_side_added_are_there(self):
        source = document(fields=[("x", "A", "X"), ("s", "A", "S"), ("y", "A", "Y")])
        local = document(fields=[("x", "A", "X"), ("y", "A", "Y"), ("l", "A", "L")])
        assert [uid for uid, _label in field_labels(merged(BASE, source, local).document)] == ["x", "s", "y", "l"]

    def test_a_removed_section_takes_its_untouched_fields_along(self):
        base = document(sections="AB", fields=[("x", "A", "X"), ("y", "B", "Y")])
        source = document(sections="A", fields=[("x", "A", "X")])
        found = merged(base, source, base)
        assert (found.document, found.conflicts) == (source, ())

    @pytest.mark.parametrize("side", [SOURCE, LOCAL])
    def test_a_removed_section_whose_fields_were_edited_asks_once(self, side):
        base = document(sections="AB", fields=[("x", "A", "X"), ("y", "B", "Y"), ("z", "B", "Z")])
        source = document(sections="A", fields=[("x", "A", "X")])
        local = document(sections="AB", fields=[("x", "A", "X"), ("y", "B", "hier"), ("z", "B", "Z"), ("n", "B", "N")])
        for main, here in ((source, local), (local, source)):
            found = merged(base, main, here, section_B=side)
            assert found.conflicts == (Conflict("section/B", side),)
            assert (found.document, found.broken) == (main if side == SOURCE else here, ())

    def test_a_field_that_moved_out_of_a_removed_section_stays(self):
        base = document(sections="AB", fields=[("y", "B", "Y")])
        source = document(sections="A", fields=[("y", "A", "Y")])
        found = merged(base, source, base)
        assert (found.document, found.conflicts, found.broken) == (source, (), ())

    def test_a_field_that_moved_into_a_section_that_was_removed_cannot_be_merged(self):
        base = document(sections="AB", fields=[("x", "A", "X")])
        source = document(sections="A", fields=[("x", "A", "X")])
        local = document(sections="AB", fields=[("x", "B", "X")])
        assert merged(base, source, local).broken == ("field/x/section",)

    def test_what_a_field_depends_on_may_not_be_gone(self):
        base = document(fields=[("x", "A", "X"), ("y", "A", "Y")])
        source = document(fields=[("y", "A", "Y")])
        local = document(fields=[("x", "A", "X"), ("y", "A", "Y", {"visible_if": "x"})])
        assert merged(base, source, local).broken == ("field/y/visible_if",)
        assert merged(base, base, local).broken == ()

    @pytest.mark.parametrize("side", [SOURCE, LOCAL])
    def test_a_part_that_one_side_has_is_a_conflict_without_a_base(self, side):
        has, lacks = (document(fields=fields) for fields in ([("x", "A", "X"), ("y", "A", "Y")], [("y", "A", "Y")]))
        for main, here in ((has, lacks), (lacks, has)):
            found = merged(None, main, here, field_x=side)
            assert found.conflicts == (Conflict("field/x", side),)
            assert found.document == (main if side == SOURCE else here)

    def test_a_removed_section_does_not_answer_for_fields_of_another(self):
        base = document(sections="AB", fields=[("x", "A", "X"), ("y", "B", "Y")])
        source = document(sections="A")
        local = document(sections="AB", fields=[("x", "A", "hier"), ("y", "B", "Y")])
        found = merged(base, source, local)
        assert found.conflicts == (Conflict("field/x", ""),)
        assert found.document == document(sections="A", fields=[("x", "A", "hier")])


class TestOrder:
    @pytest.mark.parametrize(
        ("source", "local", "expected"),
        [
            ("bac", "abc", "bac"),
            ("abc", "cab", "cab"),
            ("abcs", "ablc", "ablcs"),
            ("sabc", "abcl", "sabcl"),
            ("bacs", "abcl", "bacsl"),
            ("abcs", "bacl", "bacsl"),
            ("sbac", "labc", "slbac"),
            ("bacs", "abc", "bacs"),
            ("cab", "cab", "cab"),
            ("bac", "acb", None),
        ],
    )
    def test_the_side_that_moved_something_leads(self, source, local, expected):
        found = merge_order("abc", source, local, "")
        assert found == (None if expected is None else list(expected))

    @pytest.mark.parametrize(("side", "expected"), [("source", "bac"), ("local", "acb")])
    def test_a_chosen_side_settles_it(self, side, expected):
        assert merge_order("abc", "bac", "acb", side) == list(expected)

    @pytest.mark.parametrize(("side", "expected"), [(SOURCE, "yxz"), (LOCAL, "xzy"), ("", "xzy")])
    @pytest.mark.parametrize("base", ["xyz", None])
    def test_an_order_that_both_changed_is_one_conflict(self, base, side, expected):
        def ordered(order: str) -> Body:
            return document(fields=[(uid, "A", uid) for uid in order])

        found = merged(base and ordered(base), ordered("yxz"), ordered("xzy"), field_order=side)
        assert found.conflicts == (Conflict("field/order", side),)
        assert found.document == ordered(expected)


UIDS = "uvwxyz"
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.sampled_from(["a", "b", "c"])


@st.composite
def documents(draw: Any) -> Body:
    sections = draw(st.lists(st.sampled_from("ABC"), unique=True, max_size=3))
    rows: list[tuple[Any, ...]] = []
    for uid in draw(st.lists(st.sampled_from(UIDS), unique=True, max_size=4)) if sections else []:
        rows.append((uid, draw(st.sampled_from(sections)), draw(WORDS)))
    rows.sort(key=lambda row: sections.index(row[1]))
    links = sorted(draw(st.sets(st.sampled_from("123"), max_size=3)))
    return document(draw(WORDS), "".join(sections), rows, **({"work_types": links} if links else {}))


@patient
@given(documents(), documents())
def test_a_side_that_changed_nothing_gives_way(base, changed):
    assert merged(base, changed, base).document == changed
    assert merged(base, base, changed).document == changed
    assert merged(base, changed, changed).conflicts == ()


@patient
@given(documents(), documents(), documents())
def test_a_side_that_is_forced_comes_out_as_it_is(base, source, local):
    for side, expected in ((SOURCE, source), (LOCAL, local)):
        found = merge(base=base, source=source, local=local, shape=SHAPE, forced=lambda path, side=side: side)
        assert (found.document, found.conflicts, found.broken) == (expected, (), ())


def conflicts_of(found: Any) -> set[str]:
    return {conflict.path for conflict in found.conflicts}


MOVED = [
    document(sections="BAC", fields=[("v", "B", "p"), ("x", "B", "p"), ("u", "B", "q")]),
    document(sections="CBA", fields=[("v", "C", "q"), ("u", "C", "q"), ("w", "B", "q"), ("x", "A", "q")]),
    document(sections="C", fields=[("w", "C", "p"), ("u", "C", "q"), ("v", "C", "q"), ("x", "C", "p")]),
]
"""Both sides moved a field to another section: until that is decided, the order is in question on one side only."""


@patient
@given(documents(), documents(), documents())
@example(*MOVED)
def test_conflicts_are_the_same_from_either_side(base, source, local):
    ours, theirs = merged(base, source, local), merged(base, local, source)
    assert conflicts_of(ours) - {"field/order"} == conflicts_of(theirs) - {"field/order"}
    assert conflicts_of(ours) == conflicts_of(theirs) or (ours.is_open and theirs.is_open)


def all_but_the_order(side: str) -> Chooser:
    return lambda path: "" if path == "field/order" else side


@patient
@given(documents(), documents(), documents(), st.sampled_from([SOURCE, LOCAL]))
@example(*MOVED, SOURCE)
@example(*MOVED, LOCAL)
def test_with_the_same_decisions_nothing_depends_on_the_side(base, source, local, side):
    other = LOCAL if side == SOURCE else SOURCE
    ours = merge(base=base, source=source, local=local, shape=SHAPE, answers=all_but_the_order(side))
    theirs = merge(base=base, source=local, local=source, shape=SHAPE, answers=all_but_the_order(other))
    assert conflicts_of(ours) == conflicts_of(theirs)
    assert set(ours.broken) == set(theirs.broken)


@patient
@given(documents(), documents(), documents())
def test_nothing_that_one_side_alone_added_is_lost(base, source, local):
    found = merged(base, source, local)
    there = {row["uid"] for row in found.document.get("parts", {}).get("section", ())}
    before = {row["uid"] for row in base.get("parts", {}).get("section", ())}
    for side in (source, local):
        assert {row["uid"] for row in side.get("parts", {}).get("section", ())} - before <= there


@patient
@given(documents(), documents(), documents(), st.sampled_from([SOURCE, LOCAL]))
def test_a_merge_in_which_all_is_decided_is_closed_and_whole(base, source, local, side):
    found = merge(base=base, source=source, local=local, shape=SHAPE, answers=lambda path: side)
    assert not found.is_open
    if not found.broken:
        sections = [row["uid"] for row in found.document.get("parts", {}).get("section", ())]
        assert all(row["section"] in sections for row in found.document.get("parts", {}).get("field", ()))


class CountingUid(str):
    """A uid that counts how often it is looked up."""

    looked_up = 0

    def __hash__(self) -> int:
        CountingUid.looked_up += 1
        return super().__hash__()


def test_merging_twice_as_many_parts_is_no_more_than_twice_the_work():
    def looked_up(number: int) -> int:
        fields = [(CountingUid(uid), "A", "X") for uid in range(number)]
        CountingUid.looked_up = 0
        merged(document(fields=fields), document("Boiler", fields=fields), document(fields=fields))
        return CountingUid.looked_up

    assert looked_up(200) < 2.5 * looked_up(100)
