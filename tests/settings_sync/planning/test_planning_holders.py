"""Whoever has a name, a code or the default keeps it: a newcomer that wants it asks, and holds nobody else back."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from settings_sync.planning.values import Decision
from settings_sync.planning.verdicts import Verdict, Word
from tests.settings_sync.planning.papers import body_of, entry_of, key_of
from tests.settings_sync.planning.test_verdict_table import AS, Item, World

ECHO: Item = {"name": "Echo", "text": "b"}
ECHO_HERE: Item = {"name": "Hotel", "text": "b"}
ECHO_THERE: Item = {"name": "Echo", "text": "s"}
HOTEL: Item = {"name": "Hotel", "text": "new"}


def test_the_holder_of_a_name_is_merged_and_only_the_newcomer_asks():
    found = World(ECHO, ECHO_THERE, ECHO_HERE, main={2: HOTEL})
    plan = found.plan()
    assert (plan[1].action, found.document(plan[1].result)) == ("update", {"name": "Hotel", "text": "s"})
    assert (plan[2].action, plan[2].verdict, plan[2].facts["holder"]) == ("hold", Verdict.NAME_TAKEN, "Hotel")


def test_the_newcomer_comes_under_another_name_beside_its_holder():
    found = World(source=HOTEL, main={2: ECHO_THERE}, child={2: ECHO_HERE}, bases={2: ECHO})
    plan = found.plan(Decision(Word.CREATE_AS, name=AS))
    assert {uid: change.action.value for uid, change in plan.items()} == {1: "create", 2: "update"}


def test_an_archived_holder_is_changed_and_the_newcomer_takes_the_name():
    archived = {**ECHO_HERE, "is_archived": "yes"}
    found = World(ECHO, ECHO_THERE, archived, main={2: HOTEL})
    plan = found.plan()
    assert found.document(plan[1].result) == {"name": "Hotel", "text": "s", "is_archived": "yes"}
    assert plan[2].action == "create"


def test_of_several_that_want_a_name_the_holder_alone_is_written():
    """Item 2 is called Hotel in the main, and somebody would create item 1 under that name as well."""
    holder, before, there = {"name": "Hotel"}, {"name": "Echo"}, {"name": "Echo", "text": "s"}
    found = World(source={"name": "Golf"}, main={2: HOTEL, 3: there}, child={3: holder}, bases={3: before})
    plan = found.plan(Decision(Word.CREATE_AS, name="hotel"))
    assert {uid: change.action.value for uid, change in plan.items()} == {1: "hold", 2: "hold", 3: "update"}


def test_a_chain_of_renames_stops_where_the_name_is_held_and_not_before():
    """1 becomes what 2 is called, 2 becomes what the child made of 3, and of 3 only the text changes."""
    before = {2: {"name": "Twee"}, 3: {"name": "Drie"}}
    found = World(
        {"name": "Een"},
        {"name": "Twee"},
        {"name": "Een"},
        main={2: {"name": "Vier"}, 3: {"name": "Drie", "text": "s"}},
        child={2: {"name": "Twee"}, 3: {"name": "Vier"}},
        bases=before,
    ).plan()
    assert {uid: change.action.value for uid, change in found.items()} == {1: "hold", 2: "hold", 3: "update"}


def test_the_holder_of_the_default_is_merged_and_only_the_newcomer_asks():
    here, there = {**ECHO, "is_default": "yes"}, {**ECHO, "text": "s"}
    found = World(ECHO, there, here, main={2: {"name": "Golf", "is_default": "yes"}}).plan()
    assert {uid: change.action.value for uid, change in found.items()} == {1: "update", 2: "hold"}
    assert found[2].verdict == Verdict.DEFAULT_TAKEN


def test_a_coupled_item_keeps_the_name_that_it_has_here():
    """Coupled with what is called the same, it is no newcomer to that name, whoever else would like it."""
    found = World(
        source=HOTEL,
        main={2: {"name": "Golf"}},
        child={2: {"name": "Foxtrot"}, 9: {"name": "hotel"}},
        bases={2: {"name": "Foxtrot"}},
    )
    plan = found.plan(Decision(Word.COUPLE, couple_with=key_of(9)[1]))
    assert {uid: change.action.value for uid, change in plan.items()} == {1: "couple", 2: "update"}


NAMES = st.permutations(["Alfa", "Bravo", "Charlie", "Delta"])
VALUES = st.fixed_dictionaries(
    {"text": st.sampled_from(["", "s", "l"]), "is_default": st.sampled_from(["", "", "yes"])}
)
STANDS = st.builds(
    lambda names, values: allowed(
        {number: {"name": name, **value} for number, (name, value) in enumerate(zip(names, values, strict=False), 1)}
    ),
    NAMES,
    st.lists(VALUES, min_size=2, max_size=4),
)
"""Up to four items, any of which may have any of the names."""


def allowed(found: Mapping[int, Item]) -> dict[int, Item]:
    """As many of these items as one administration can have: each name and the default once."""
    kept: dict[int, Item] = {}
    taken: set[tuple[str, str]] = set()
    for number, item in found.items():
        values = set(entry_of(number, item).unique_keys.items())
        if not values & taken:
            kept[number] = body_of(item)
            taken |= values
    return kept


@settings(max_examples=400)
@given(STANDS, STANDS, STANDS, st.sampled_from(["hold", "keep_local", "overwrite"]), st.booleans())
def test_nobody_is_held_for_a_name_or_default_that_it_has_already(bases, main, child, conflict, back):
    policies = {"conflict": conflict, "changed_locally": "put_back" if back else "keep"}
    plan = World(main=main, child=child, bases=bases).plan(**policies)
    for number, change in plan.items():
        if change.verdict in (Verdict.NAME_TAKEN, Verdict.NAME_HELD, Verdict.DEFAULT_TAKEN) and number in child:
            column, here = change.facts["column"], {number: child[number]}
            before = {number: bases[number]} if number in bases else {}
            alone = World(main={number: main[number]}, child=here, bases=before)
            becomes = alone.document(alone.plan(**policies)[number].result)
            assert becomes is not None
            has = entry_of(number, child[number]).keys.get(column)
            assert entry_of(number, becomes).keys[column] != has


def test_another_name_is_remembered_once_where_a_policy_keeps_the_name():
    """Both sides renamed it: the name that was decided is pinned, and not agreed on beside that."""
    found = World(ECHO, HOTEL, {"name": "India", "text": "b"})
    plan = found.plan(Decision(Word.CREATE_AS, name=AS), conflict="keep_local")
    assert (plan[1].action, found.document(plan[1].result)["name"]) == ("update", AS)
    assert [(kept.path, kept.is_pinned) for kept in plan[1].deviations] == [("name", True)]
