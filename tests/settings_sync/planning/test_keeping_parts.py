"""What is kept of a form with sections and fields: with a part all that stands in it, and around a part its section."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from settings_sync.planning.merging import PartShape, Shape
from settings_sync.planning.plans import plan_target
from settings_sync.planning.policies import DEFAULTS, POLICIES
from settings_sync.planning.values import Choice, Decision, Entry, Key, Local, PlannedChange, Rules, Source
from settings_sync.planning.verdicts import Verdict, Word
from tests.settings_sync.planning.papers import KIND, Shelf, key_of

Body = Mapping[str, Any]
ITEM = key_of(1)
SHAPE = Shape(
    links=frozenset({"work_types"}),
    parts=(
        PartShape("section"),
        PartShape("field", above="section", above_key="section", inside={"visible_if": "field"}),
    ),
    together={"field": (("type", "options"),)},
)


class FormShelf(Shelf):
    """Forms with sections and fields."""

    def keep(self, uid: int, item: Body) -> Entry:
        return super().keep(uid, {"parts": {}, **item})

    def shape(self, kind: str) -> Shape:
        return SHAPE


def form(sections: Mapping[str, str], name: str = "Ketel", **values: Any) -> dict[str, Any]:
    """A form: the fields of each section by their letters, a capital where a field has another label."""
    rows = [
        {"uid": letter.lower(), "section": section, "label": letter}
        for section, letters in sections.items()
        for letter in letters
    ]
    parts = {"section": [{"uid": section, "title": section} for section in sections], "field": rows}
    return {"name": name, **values, "parts": {part: found for part, found in parts.items() if found}}


def drawn(body: Body | None) -> dict[str, str] | None:
    """The sections of a form with the letters of their fields: the inverse of `form`."""
    if body is None:
        return None
    parts = body.get("parts", {})
    letters = {row["uid"]: "" for row in parts.get("section", ())}
    for row in parts.get("field", ()):
        letters[row["section"]] += row["label"]
    return letters


@dataclass(frozen=True)
class Desk:
    """A form in the three places, what stays of it, and what the run does."""

    base: Body | None
    source: Body
    local: Body
    pins: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    locks: frozenset[str] = frozenset()
    policies: Mapping[str, str] = field(default_factory=dict)

    def plan(self, *decisions: Decision) -> tuple[PlannedChange | None, "Desk"]:
        """What becomes of the form, and everything as it is when that was carried out."""
        shelf = FormShelf()
        shelf.child = {1: self.local}
        source, local = shelf.keep(1, self.source), shelf.keep(1, self.local)
        bases = {ITEM: shelf.keep(1, self.base).digest} if self.base is not None else {}
        found = Local({ITEM: local}, bases, {ITEM: self.pins}, {ITEM: self.agreed})
        rules = Rules(policies={**DEFAULTS, **self.policies}, locks={ITEM: self.locks}, decisions={ITEM: decisions})
        choice = Choice(frozenset({"forms"}))
        changes = plan_target(Source({ITEM: source}), found, choice, {KIND: "forms"}, rules, shelf).changes
        return (changes[0], self._after(changes[0], shelf)) if changes else (None, self)

    def _after(self, change: PlannedChange, shelf: Shelf) -> "Desk":
        agreed = frozenset() if change.clears_deviations else self.agreed
        return replace(
            self,
            base=shelf.by_digest[change.next_base] if change.next_base else None,
            local=shelf.by_digest[change.result] if change.result else self.local,
            agreed=agreed | {kept.path for kept in change.deviations},
        )


WAS = form({"A": "xy", "B": "z"})
KEEP_A = Decision(Word.KEEP_LOCAL, path="section/A")
WAYS: dict[str, tuple[dict[str, Any], tuple[Decision, ...]]] = {
    "decision": ({}, (KEEP_A,)),
    "pin": ({"pins": frozenset({"section/A"})}, ()),
    "policy": ({"policies": {"conflict": "keep_local"}}, ()),
    "decision, putting back": ({"policies": {"changed_locally": "put_back"}}, (KEEP_A,)),
    "decision, overwriting": ({"policies": {"changed_locally": "put_back", "conflict": "overwrite"}}, (KEEP_A,)),
    "pin, putting back": ({"pins": frozenset({"section/A"}), "policies": {"changed_locally": "put_back"}}, ()),
    "policy, putting back": ({"policies": {"changed_locally": "put_back", "conflict": "keep_local"}}, ()),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_section_that_the_main_removed_is_kept_with_all_that_stands_in_it(way):
    said, decisions = WAYS[way]
    desk = Desk(WAS, form({"B": "z"}), form({"A": "Xy", "B": "z"}), **said)
    _change, after = desk.plan(*decisions)
    assert drawn(after.local) == {"A": "Xy", "B": "z"}
    assert drawn(after.plan()[1].local) == {"A": "Xy", "B": "z"}


@pytest.mark.parametrize("way", [way for way in WAYS if not way.startswith("policy")])
def test_a_section_is_kept_where_nobody_edited_it_as_well(way):
    said, decisions = WAYS[way]
    desk = Desk(WAS, form({"B": "z"}), form({"A": "xy", "B": "Z"}), **said)
    _change, after = desk.plan(*decisions)
    assert (drawn(after.local) or {})["A"] == "xy"


@pytest.mark.parametrize("way", [way for way in WAYS if not way.startswith("policy")])
def test_what_the_main_changed_in_a_kept_section_does_not_come(way):
    said, decisions = WAYS[way]
    desk = Desk(WAS, form({"A": "XYq", "B": "Z"}), form({"A": "xy", "B": "z"}), **said)
    _change, after = desk.plan(*decisions)
    assert drawn(after.local) == {"A": "xy", "B": "Z"}


def test_what_is_pinned_as_the_main_has_it_is_decided_where_the_last_section_goes_as_well():
    new = {"description": "new"}
    desk = Desk(form({"A": "x"}, description="old"), form({}, **new), form({"A": "x"}, **new))
    _change, after = replace(desk, pins=frozenset({"description"})).plan()
    assert after.local == after.base == form({}, **new)


class KnownByKey(FormShelf):
    """Forms whose sections and fields are known by a key."""

    def shape(self, kind: str) -> Shape:
        section, fields = SHAPE.parts
        return replace(SHAPE, parts=(replace(section, key="title"), replace(fields, key="label")))


ANEW = key_of(2)


def coupled(
    shelf: FormShelf, new: Body, here: Body, *decisions: Decision, was: Body | None = None
) -> dict[Key, PlannedChange]:
    """What becomes of a new form of the main that was decided to be coupled with the one here, and of that one where
    it followed another (`was`), the place of which the new one takes."""
    shelf.child = {1: here}
    bases = {} if was is None else {ITEM: shelf.keep(1, was).digest}
    local = Local({ITEM: shelf.keep(1, here)}, bases)
    rules = Rules(decisions={ANEW: (Decision(Word.COUPLE, couple_with=ITEM[1]), *decisions)})
    source = Source({ANEW: replace(shelf.keep(1, new), uid=ANEW[1])})
    planned = plan_target(source, local, Choice(frozenset({"forms"})), {KIND: "forms"}, rules, shelf)
    return {change.key: change for change in planned.changes}


def test_what_was_made_here_in_a_form_that_is_replaced_stays_with_its_section():
    shelf = KnownByKey()
    changes = coupled(shelf, form({"B": "z"}), form({"A": "xyq"}), was=form({"A": "xy"}))
    assert drawn(shelf.by_digest[changes[ANEW].result]) == {"A": "q", "B": "z"}


def test_where_what_was_made_here_asks_for_what_goes_nothing_is_replaced():
    here = form({"A": "xyq"})
    here["parts"]["field"][2]["visible_if"] = "x"
    changes = coupled(KnownByKey(), form({"B": "z"}), here, was=form({"A": "xy"}))
    assert changes[ANEW].facts["path"] == "field/q/visible_if"
    assert [(key, change.does_something) for key, change in changes.items()] == [(ITEM, False), (ANEW, False)]


@pytest.mark.parametrize("own", ["xq", "x"])
def test_a_field_that_stays_is_not_lost_unseen_where_its_section_goes_with_a_coupling(own):
    section = Decision(Word.OVERWRITE, path="section/A")
    kept = Decision(Word.KEEP_LOCAL, path="field/x")
    change = coupled(KnownByKey(), form({"B": "z"}), form({"A": own}), section, kept)[ANEW]
    assert (change.verdict, change.facts["path"]) == (Verdict.INVALID, "field/x/section")


def test_agreed_before_it_outlives_the_policy_to_put_back():
    desk = Desk(form({"B": "z"}), form({"B": "z"}), form({"A": "Xy", "B": "Z"}), agreed=frozenset({"section/A"}))
    _change, after = replace(desk, policies={"changed_locally": "put_back"}).plan()
    assert drawn(after.local) == {"A": "Xy", "B": "z"}


@pytest.mark.parametrize("policies", [{}, {"changed_locally": "put_back"}, {"conflict": "overwrite"}], ids=str)
@pytest.mark.parametrize("pinned", [True, False])
def test_a_kept_field_keeps_its_section_and_not_what_else_stood_in_it(policies, pinned):
    said = {"pins": frozenset({"field/x"})} if pinned else {}
    decisions = () if pinned else (Decision(Word.KEEP_LOCAL, path="field/x"),)
    _change, after = Desk(WAS, form({"B": "z"}), form({"A": "Xy", "B": "z"}), policies=policies, **said).plan(
        *decisions
    )
    assert drawn(after.local) == {"A": "X", "B": "z"}


def test_a_locked_field_brings_its_section_back_and_not_what_else_stood_in_it():
    _change, after = Desk(WAS, WAS, form({"B": "z"}), locks=frozenset({"field/x"})).plan()
    assert drawn(after.local) == {"B": "z", "A": "x"} or drawn(after.local) == {"A": "x", "B": "z"}


def test_a_locked_section_comes_back_with_all_that_stands_in_it():
    _change, after = Desk(WAS, WAS, form({"B": "z"}), locks=frozenset({"section/A"})).plan()
    assert drawn(after.local) == {"A": "xy", "B": "z"}


def test_a_section_brought_back_by_decision_comes_with_all_that_stands_in_it():
    desk = Desk(WAS, WAS, form({"B": "z"}))
    _change, after = desk.plan(Decision(Word.PUT_BACK, path="section/A"))
    assert drawn(after.local) == {"A": "xy", "B": "z"}


def test_the_decision_about_a_field_goes_before_that_about_its_section():
    desk = Desk(WAS, form({"B": "z"}), form({"A": "XY", "B": "z"}))
    _change, after = desk.plan(KEEP_A, Decision(Word.OVERWRITE, path="field/y"))
    assert drawn(after.local) == {"A": "X", "B": "z"}


def test_a_field_is_not_lost_unseen_where_its_section_was_decided_to_go():
    desk = Desk(WAS, form({"B": "z"}), form({"A": "Xy", "B": "z"}))
    decisions = (Decision(Word.OVERWRITE, path="section/A"), Decision(Word.KEEP_LOCAL, path="field/x"))
    change, after = desk.plan(*decisions)
    assert (change.verdict, drawn(after.local)) == (Verdict.INVALID, {"A": "Xy", "B": "z"})


def test_what_the_main_alone_changed_stays_where_that_was_decided():
    desk = Desk(WAS, form({"A": "Xy", "B": "Z"}), WAS)
    change, after = desk.plan(Decision(Word.KEEP_LOCAL, path="field/x/label"))
    assert drawn(after.local) == {"A": "xy", "B": "Z"}
    assert [kept.path for kept in change.deviations] == ["field/x/label"]


SECTIONS, LETTERS, TITLES = "ABC", "xyz", "pq"


@st.composite
def forms(draw: st.DrawFn) -> Body:
    """Any form of up to three sections and three fields, each field anywhere, in any order."""
    sections = draw(st.lists(st.sampled_from(SECTIONS), unique=True, max_size=3))
    letters = draw(st.lists(st.sampled_from(LETTERS), unique=True, max_size=3)) if sections else []
    rows = [
        {"uid": letter, "section": draw(st.sampled_from(sections)), "label": draw(st.sampled_from(TITLES))}
        for letter in letters
    ]
    rows.sort(key=lambda row: sections.index(row["section"]))
    made = [{"uid": section, "title": draw(st.sampled_from(TITLES))} for section in sections]
    parts = {"section": made, "field": rows}
    return {
        "name": "Ketel",
        **({"text": text} if (text := draw(st.sampled_from(["", "s", "l"]))) else {}),
        **({"work_types": links} if (links := draw(st.lists(st.sampled_from("12"), unique=True).map(sorted))) else {}),
        **({"parts": found} if (found := {part: row for part, row in parts.items() if row}) else {}),
    }


PATHS = st.frozensets(
    st.sampled_from(["section/A", "section/B", "field/x", "field/y/label", "field/z/section", "text", "field/order"]),
    max_size=2,
)
CHOSEN = st.fixed_dictionaries({policy: st.sampled_from(values) for policy, values in POLICIES.items()})
DESKS = st.builds(Desk, st.none() | forms(), forms(), forms(), PATHS, PATHS, PATHS, CHOSEN)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(DESKS)
def test_whatever_the_policies_the_same_run_again_writes_nothing(desk):
    _change, after = desk.plan()
    again, same = after.plan()
    assert again is None or not (again.writes_content or again.moves_base), again
    assert same.local == after.local


def stands_in(body: Body, section: str) -> dict[str, Any]:
    return {row["uid"]: row for row in body.get("parts", {}).get("field", ()) if row["section"] == section}


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(DESKS, st.sampled_from(SECTIONS), st.sampled_from(["decision", "pin", "agreement"]))
def test_with_a_kept_section_everything_that_stands_in_it_stays(desk, section, way):
    path = f"section/{section}"
    assume(any(row["uid"] == section for row in desk.local.get("parts", {}).get("section", ())))
    desk = replace(desk, locks=frozenset(), pins=frozenset(), agreed=frozenset())
    if way == "agreement":  # which holds for as long as the main changes nothing more
        desk = replace(desk, base=desk.source, agreed=frozenset({path}))
    elif way == "pin":
        desk = replace(desk, pins=frozenset({path}))
    decisions = [Decision(Word.KEEP_LOCAL, path=path)] if way == "decision" else []
    _change, after = desk.plan(*decisions)
    assert stands_in(desk.local, section).items() <= stands_in(after.local, section).items()
    assert any(row["uid"] == section for row in after.local["parts"]["section"])
