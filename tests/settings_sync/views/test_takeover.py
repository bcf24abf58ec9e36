"""The pages of a takeover."""

import re

import pytest
from django.urls import reverse

from reference_data.models import ErrorCode, WorkType
from settings_sync.models import Change, Decision, Plan
from settings_sync.services.runs.runs import start_run
from tenants.schemas import inside
from tests.conftest import make_administration

from .conftest import carry_out, make_plan
from .test_plans import text_of


@pytest.fixture
def sides(main, joined):
    """Two work types and a code in the main; in the other one, the same code and a work type of another name."""
    with inside(main):
        WorkType.objects.create(name="Onderhoud cv-ketel", description="Jaarlijks <b>onderhoud</b>")
        WorkType.objects.create(name="Spoed")
        ErrorCode.objects.create(code="E1", name="Lekkage")
    with inside(joined):
        own = WorkType.objects.create(name="CV ketel onderhouden", description="Van henzelf")
        WorkType.objects.create(name="Vakantie")
        ErrorCode.objects.create(code="E1", name="Lekkage")
    return own


@pytest.fixture
def sitting(owner_client, url, joined, sides):
    """The address of a sitting that was begun on the page."""
    answer = owner_client.post(url("takeover-begin", joined.slug))
    assert answer.status_code == 302
    return answer["Location"]


def plan():
    return Plan.objects.order_by("-created_at").first()


def change(label):
    return Change.objects.get(plan_target__plan=plan(), label=label)


def send(client, address, **values):
    return client.post(address, {"version": plan().version, "do": "save", **values})


def test_looking_begins_nothing(owner_client, url, joined, sides):
    assert "Nothing is written before you start the sync" in text_of(
        owner_client.get(url("takeover-begin", joined.slug))
    )
    assert not Plan.objects.exists()


def test_a_sitting_shows_both_sides_and_proposes_only_what_is_equal(owner_client, sitting):
    page = owner_client.get(sitting)
    shown = {one.row.label: one.value for one in page.context["rows"]}
    assert shown["Spoed"] == shown["Onderhoud cv-ketel"] == ""
    assert shown["Lekkage"] == str(next(one for one in page.context["left"] if one.label == "Lekkage").uid)
    said = text_of(page)
    for words in (
        "3 to decide",
        "CV ketel onderhouden",
        "key and name are equal",
        "nothing is like it",
        "Vakantie",
    ):
        assert words in said
    assert page.context["counts"].open == 3


def test_choices_are_stored_and_shown_again(owner_client, url, joined, sides, sitting):
    ketel, spoed = change("Onderhoud cv-ketel"), change("Spoed")
    values = {f"with-{ketel.uid}": str(sides.uid), f"with-{spoed.uid}": "new", "with-zzz": "zzz"}
    assert send(owner_client, sitting, **values).status_code == 302
    assert Decision.objects.get(uid=ketel.uid).couple_with == sides.uid
    page = owner_client.get(sitting)
    assert (page.context["counts"].coupled, page.context["counts"].added, page.context["counts"].open) == (1, 1, 1)
    going = owner_client.get(url("takeover-begin", joined.slug))
    assert going.context["going"].pk == plan().pk
    assert "is coupled" in text_of(owner_client.get(url("plan", plan().pk)))


def test_all_that_are_equal_are_coupled_at_once_with_what_was_chosen(owner_client, sitting):
    send(owner_client, sitting, do="exact", **{f"with-{change('Spoed').uid}": "new"})
    assert change("Lekkage").action == "couple"
    assert change("Spoed").action == "create"
    assert change("Onderhoud cv-ketel").action == "skip"


@pytest.mark.parametrize(("bulk", "action"), [("suggested", "couple"), ("new", "create"), ("open", "skip")])
def test_what_is_ticked_or_listed_is_decided_in_bulk(owner_client, sitting, bulk, action):
    ketel = change("Onderhoud cv-ketel")
    send(owner_client, sitting, do="bulk", scope="picked", bulk=bulk, pick=[str(ketel.uid)])
    assert change("Onderhoud cv-ketel").action == action
    assert change("Spoed").action == "skip"
    address = f"{sitting}?category=reference_data&q=spoed"
    send(owner_client, address, do="bulk", scope="listed", bulk="new")
    assert change("Spoed").action == "create"


def test_the_list_is_narrowed_by_category_state_and_name(owner_client, sitting):
    assert [one.row.label for one in owner_client.get(sitting, {"q": "CV"}).context["rows"]] == ["Onderhoud cv-ketel"]
    assert "Nothing of this sort" in text_of(owner_client.get(sitting, {"category": "forms"}))
    assert len(owner_client.get(sitting, {"state": "open"}).context["rows"]) == 3


def test_what_is_refused_keeps_what_was_chosen(owner_client, sitting, sides):
    ketel, spoed = change("Onderhoud cv-ketel"), change("Spoed")
    answer = send(owner_client, sitting, **{f"with-{one.uid}": str(sides.uid) for one in (ketel, spoed)})
    assert "cannot be coupled" in text_of(answer)
    shown = {one.row.label: one.value for one in answer.context["rows"]}
    assert shown["Spoed"] == str(sides.uid)
    assert change("Spoed").action == "skip"
    answer = owner_client.post(sitting, {"version": 99, "do": "save", f"with-{spoed.uid}": "new"})
    assert "This preview has changed since you looked at it" in text_of(answer)
    assert {one.row.label: one.value for one in answer.context["rows"]}["Spoed"] == "new"
    assert owner_client.post(sitting, {"version": "x", "do": "zzz"}).status_code == 200


def test_a_setting_is_chosen_by_hand_side_by_side(owner_client, url, joined, sitting, sides):
    ketel = change("Onderhoud cv-ketel")
    address = url("takeover-pair", plan().pk, joined.slug, ketel.pk)
    page = owner_client.get(address)
    assert [one.own.label for one in page.context["pair"].candidates] == ["CV ketel onderhouden", "Vakantie"]
    said = text_of(page)
    assert "Van henzelf" in said and "Jaarlijks onderhoud" in said
    vakantie = page.context["pair"].candidates[1].own
    assert owner_client.get(address, {"with": str(vakantie.uid)}).context["pair"].beside.own == vakantie
    assert send(owner_client, address, **{f"with-{ketel.uid}": str(vakantie.uid)})["Location"] == sitting
    assert change("Onderhoud cv-ketel").couples == vakantie.uid
    assert re.search(rf'value="{vakantie.uid}"[^>]* checked', owner_client.get(address).content.decode())


def test_a_sitting_that_was_carried_out_is_over(owner, owner_client, url, joined, sitting):
    send(owner_client, sitting, do="exact")
    stored = plan()
    carry_out(
        start_run(acting_user=owner, plan=stored, version=stored.version, confirmation=stored.administration.slug)
    )
    assert owner_client.get(sitting)["Location"] == url("plan", stored.pk)
    assert owner_client.get(url("takeover-begin", joined.slug)).context["going"] is None


def test_any_preview_can_be_decided_this_way(owner, owner_client, url, main, joined, sides):
    stored = make_plan(owner, main, joined, categories=["reference_data"])
    page = owner_client.get(url("takeover", stored.pk, joined.slug))
    assert (page.context["counts"].added, page.context["counts"].held) == (2, 1)


def test_it_is_for_who_may_sync_there(client, owner_client, url, main, colleague, sitting, joined):
    hidden = make_administration("Van Dijk Zuid", main)
    assert owner_client.get(url("takeover-begin", hidden.slug)).status_code == 404
    assert owner_client.get(url("takeover", plan().pk, hidden.slug)).status_code == 404
    client.force_login(colleague)
    assert client.get(sitting).status_code == 403
    assert client.post(reverse("sync:takeover-begin", args=[main.slug, joined.slug])).status_code == 403
