"""What holds for every plan, whatever stands where: hypothesis looks for an administration that breaks it."""

from hypothesis import given
from hypothesis import strategies as st

from settings_sync.planning.values import Choice, Entry, Key, Local, Source
from settings_sync.planning.verdicts import Verdict
from tests.settings_sync.planning.shelf import (
    CATEGORY_OF,
    EVERYTHING,
    FORM,
    LIST,
    carried_out,
    item,
    local_of,
    plan,
    source_of,
)

NUMBERS = st.sampled_from(range(1, 7))
ITEMS = st.builds(
    item,
    NUMBERS,
    st.sampled_from("ab"),
    name=st.sampled_from(["x", "y", "z", ""]),
    kind=st.sampled_from([LIST, FORM]),
    archived=st.booleans(),
    default=st.sampled_from(["", "", "invoice"]),
)


def unique_values(entry: Entry) -> list[tuple[str, str, str]]:
    return [(entry.kind, column, value) for column, value in entry.keys.items() if column != "archived_key"]


def allowed(entries: list[Entry]) -> list[Entry]:
    """As many of these items as one administration can have: each item once, each name and default once."""
    kept: dict[Key, Entry] = {}
    taken: set[tuple[str, str, str]] = set()
    for entry in entries:
        if entry.key not in kept and not taken & set(unique_values(entry)):
            kept[entry.key] = entry
            taken |= set(unique_values(entry))
    return list(kept.values())


STANDING = st.lists(ITEMS, max_size=9).map(allowed)


@st.composite
def sources(draw: st.DrawFn) -> Source:
    entries = draw(STANDING)
    pairs = draw(st.lists(st.tuples(ITEMS, ITEMS), max_size=4)) if entries else []
    keys = {entry.key: entry for entry in entries}
    needs = [(keys[a.key], "field", b) for a, b in pairs if a.key in keys]
    return source_of(*entries, needs=needs)


@st.composite
def locals_(draw: st.DrawFn) -> Local:
    bases = {entry.key: entry for entry in draw(st.lists(ITEMS, max_size=6))}
    pinned = draw(st.lists(st.sampled_from(sorted(bases.values(), key=str)), max_size=1)) if bases else []
    return local_of(*draw(STANDING), bases=tuple(bases.values()), pinned=tuple(pinned))


CHOICES = st.one_of(
    st.just(EVERYTHING),
    st.builds(Choice, st.frozensets(st.sampled_from(sorted(CATEGORY_OF.values()))), st.just(frozenset())),
    st.builds(lambda found: Choice(items=frozenset(entry.key for entry in found)), st.lists(ITEMS, max_size=3)),
)


@given(sources(), locals_(), CHOICES)
def test_a_plan_never_breaks_a_unique_key(source, local, choice):
    after = carried_out(plan(source, local, choice), source, local)
    values = [value for entry in after.entries.values() for value in unique_values(entry)]
    assert len(values) == len(set(values))


@given(sources(), locals_(), CHOICES)
def test_whatever_is_written_finds_what_it_points_at(source, local, choice):
    planned = plan(source, local, choice)
    after = carried_out(planned, source, local)
    for change in planned.changes:
        if change.writes_content:
            needs = source.needs.get(source.entries[change.key].digest, ())
            assert all(need.key in after.entries for need in needs)


@given(sources(), locals_(), CHOICES)
def test_the_same_plan_again_writes_nothing(source, local, choice):
    after = carried_out(plan(source, local, choice), source, local)
    assert not plan(source, after, choice).writes_anything


@given(sources(), locals_(), CHOICES)
def test_nothing_outside_the_choice_and_its_needs_is_named(source, local, choice):
    planned = plan(source, local, choice)
    named = {change.key for change in planned.changes if not change.needed_by}
    ticked = {key for key in {**source.entries, **local.bases} if CATEGORY_OF[key[0]] in choice.categories}
    assert named <= ticked | choice.items


@given(sources(), locals_())
def test_every_held_item_says_why(source, local):
    planned = plan(source, local)
    for change in planned.changes:
        if change.verdict in (Verdict.NAME_TAKEN, Verdict.NAME_HELD, Verdict.DEFAULT_TAKEN):
            assert change.facts["holder"]
        if change.verdict == Verdict.NEEDS_HELD:
            assert change.facts["needs"]


@given(STANDING, sources())
def test_a_child_that_only_ever_followed_the_main_has_nothing_held(former, source):
    """As long as the main removed nothing, whose name then stays with the child's copy.

    What a held item holds in its turn, by its name or because it is needed, is not blamed for it.
    """
    kept = [entry for entry in former if entry.key in source.entries]
    planned = plan(source, local_of(*kept, bases=tuple(kept)))
    held = [change for change in planned.changes if change.action == "hold" and change.verdict != Verdict.UNRESOLVED]
    blamed = [change for change in held if change.verdict != Verdict.NEEDS_HELD]
    blamed = [change for change in blamed if change.facts.get("holder_action") != "hold"]
    assert blamed == []


@given(sources(), locals_())
def test_the_order_in_which_items_are_read_changes_no_verdict(source, local):
    turned_source = Source(dict(reversed(source.entries.items())), source.needs)
    turned_local = Local(dict(reversed(local.entries.items())), local.bases, local.pins)
    one, other = plan(source, local), plan(turned_source, turned_local)
    assert [(change.key, change.action) for change in one.changes] == [
        (change.key, change.action) for change in other.changes
    ]
    assert one.counts == other.counts
