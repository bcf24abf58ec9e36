"""Names and defaults, of which an administration can have one: taken, swapped, held and archived."""

import pytest
from django.utils import translation

from settings_sync.planning.values import Choice
from settings_sync.planning.verdicts import Verdict
from settings_sync.wording.wording import HOLDER_CHOSEN, reason_of
from tests.settings_sync.planning.shelf import (
    FORM,
    LIST,
    Outcome,
    change_of,
    followed,
    item,
    local_of,
    outcome,
    plan,
    source_of,
    uid,
)

CREATE = Outcome(Verdict.NEW, "create")
UPDATE = Outcome(Verdict.BEHIND, "update")
TAKEN = Outcome(Verdict.NAME_TAKEN, "hold")


def test_a_name_that_an_own_item_has_is_taken():
    planned = plan(source_of(item(1, name="Storing")), local_of(item(9, name="storing")))
    assert outcome(planned, item(1)) == TAKEN
    assert change_of(planned, item(1)).facts == {"holder": "storing", "holder_uid": str(uid(9)), "column": "name_key"}
    assert planned.counts["own"] == 1


def test_names_are_taken_within_their_own_kind_only():
    planned = plan(source_of(item(1, name="Storing")), local_of(item(9, name="Storing", kind=LIST)))
    assert outcome(planned, item(1)) == CREATE


def test_a_rename_to_a_name_that_an_own_item_has_is_held():
    planned = plan(
        source_of(item(1, name="Nieuw")),
        local_of(item(1, name="Oud"), item(9, name="Nieuw"), bases=(item(1, name="Oud"),)),
    )
    assert outcome(planned, item(1)) == TAKEN


def test_an_archived_own_item_with_the_name_is_asked_about():
    planned = plan(source_of(item(1, name="Storing")), local_of(item(9, name="Storing", archived=True)))
    assert outcome(planned, item(1)) == TAKEN
    assert change_of(planned, item(1)).facts["archived"] == "yes"


def test_an_archived_holder_is_recognised_by_its_key_and_not_by_its_label():
    source = source_of(item(1, name="KLAAR", label="Klaar"))
    same_key, same_label = (
        item(8, name="klaar", label="Gereed", archived=True),
        item(9, name="X", label="Klaar", archived=True),
    )
    assert outcome(plan(source, local_of(same_key)), item(1)) == TAKEN
    assert outcome(plan(source, local_of(same_label)), item(1)) == CREATE


def test_an_archived_item_of_the_main_itself_takes_no_name():
    old, new = item(1, name="Storing", archived=True), item(2, name="Storing")
    planned = plan(source_of(old, new), followed(old))
    assert outcome(planned, new) == CREATE


def test_an_archived_item_that_comes_takes_no_name():
    old, new = item(1, name="Storing", archived=True), item(2, name="Storing")
    flow = item(3)
    planned = plan(source_of(old, new, flow, needs=[(flow, "x", old)]), local_of(item(9, name="Storing")))
    assert outcome(planned, old) == CREATE
    assert outcome(planned, new) == TAKEN


def test_unarchiving_meets_a_name_that_was_taken_meanwhile():
    planned = plan(
        source_of(item(1, name="Storing")),
        local_of(
            item(1, name="Storing", archived=True),
            item(9, name="Storing"),
            bases=(item(1, name="Storing", archived=True),),
        ),
    )
    assert outcome(planned, item(1)) == TAKEN


@pytest.mark.parametrize("length", [2, 3, 5])
def test_names_can_change_places_within_one_plan(length):
    before = [item(n, name=f"naam {n}") for n in range(length)]
    after = [item(n, name=f"naam {(n + 1) % length}") for n in range(length)]
    planned = plan(source_of(*after), followed(*before))
    assert [outcome(planned, entry) for entry in after] == [UPDATE] * length


def test_a_new_item_can_take_the_name_that_another_gives_free_in_the_same_plan():
    planned = plan(source_of(item(1, name="Oud"), item(2, name="Storing")), followed(item(1, name="Storing")))
    assert [outcome(planned, item(1)), outcome(planned, item(2))] == [UPDATE, CREATE]


def test_an_archived_item_gives_its_name_free_in_the_same_plan():
    planned = plan(
        source_of(item(1, name="Storing", archived=True), item(2, name="Storing")), followed(item(1, name="Storing"))
    )
    assert [outcome(planned, item(1)), outcome(planned, item(2))] == [UPDATE, CREATE]


def test_a_name_held_by_an_item_outside_the_plan_says_which_to_choose_as_well():
    source = source_of(item(1, name="Oud"), item(2, name="Storing"))
    planned = plan(source, followed(item(1, name="Storing")), Choice(items=frozenset({item(2).key})))
    assert outcome(planned, item(2)) == Outcome(Verdict.NAME_HELD, "hold")
    assert change_of(planned, item(2)).facts["holder"] == "Storing"


@pytest.mark.parametrize(
    ("local", "says"),
    [
        (item(1, "L", name="Storing"), "in this sync too but held back itself"),
        (None, "not in this sync; choose that as well"),
    ],
)
def test_a_name_whose_holder_was_chosen_too_and_is_held_says_so(local, says):
    before = item(1, name="Storing")
    source = source_of(item(1, name="Oud"), item(2, name="Storing"))
    chosen = {item(2).key} | ({before.key} if local else set())
    planned = plan(source, local_of(local or before, bases=(before,)), Choice(items=frozenset(chosen)))
    assert outcome(planned, item(2)) == Outcome(Verdict.NAME_HELD, "hold")
    with translation.override("en"):
        assert says in reason_of(Verdict.NAME_HELD, change_of(planned, item(2)).facts)


@pytest.mark.parametrize("action", HOLDER_CHOSEN)
def test_what_happens_to_the_holder_is_said_in_the_language_of_the_reader(action):
    facts = {"holder": "Storing", "column": "name_key", "holder_action": action}
    with translation.override("nl"):
        said = reason_of(Verdict.NAME_HELD, facts)
    assert said.startswith("De naam hoort in de subadministratie bij “Storing”, dat ook in deze sync zit")


def test_one_held_item_of_a_swap_holds_the_whole_swap():
    before = [item(1, name="a"), item(2, name="b"), item(3, name="c")]
    after = [item(1, name="b"), item(2, name="c"), item(3, name="a")]
    changed = item(2, "L", name="b")
    planned = plan(source_of(*after), local_of(before[0], changed, before[2], bases=tuple(before)))
    assert [change.action.value for change in planned.changes] == ["hold"] * 3


def test_the_rest_goes_on_when_a_swap_is_held():
    source = source_of(item(1, name="Storing"), item(2, name="Vrij"))
    planned = plan(source, local_of(item(9, name="Storing")))
    assert outcome(planned, item(2)) == CREATE


def test_two_items_of_the_main_never_share_a_name_however_the_child_stands():
    planned = plan(source_of(item(1, name="x"), item(2, name="y")), local_of(item(1, name="y"), item(2, name="x")))
    assert {change.action.value for change in planned.changes} == {"hold"}


class TestDefaults:
    """Of each kind one item is the default."""

    def test_a_default_of_the_main_meets_an_own_default(self):
        planned = plan(source_of(item(1, default="invoice")), local_of(item(9, default="invoice")))
        assert outcome(planned, item(1)) == Outcome(Verdict.DEFAULT_TAKEN, "hold")
        assert change_of(planned, item(1)).facts == {
            "holder": "item 9",
            "holder_uid": str(uid(9)),
            "column": "default_key",
        }

    def test_defaults_of_different_sorts_do_not_meet(self):
        planned = plan(source_of(item(1, default="invoice")), local_of(item(9, default="quotation")))
        assert outcome(planned, item(1)) == CREATE

    def test_the_default_can_move_from_one_item_of_the_main_to_another(self):
        planned = plan(source_of(item(1), item(2, default="invoice")), followed(item(1, default="invoice"), item(2)))
        assert [outcome(planned, item(1)), outcome(planned, item(2))] == [UPDATE, UPDATE]

    def test_an_archived_default_is_in_nobodys_way(self):
        planned = plan(source_of(item(1, default="invoice")), local_of(item(9, default="invoice", archived=True)))
        assert outcome(planned, item(1)) == CREATE


def test_the_kind_of_a_held_item_does_not_matter_to_others():
    planned = plan(source_of(item(1, name="x"), item(2, name="x", kind=LIST)), local_of(item(9, name="x", kind=FORM)))
    assert outcome(planned, item(2, kind=LIST)) == CREATE
