"""The pages of a takeover."""

import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from reference_data.models import ErrorCode, WorkType
from settings_sync.models import Change, Decision, Plan
from settings_sync.services.runs.runs import start_run
from tenants.schemas import inside
from tests.conftest import make_administration

from .conftest import carry_out, make_form, make_plan
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


def own(page, label):
    """The row of an own setting, as the page has it."""
    return next(one.row for one in page.context["rows"] if one.row.own.label == label)


def send(client, address, **values):
    return client.post(address, {"version": plan().version, "do": "save", **values})


def test_looking_begins_nothing(owner_client, url, joined, sides):
    assert "Nothing is written before you start the sync" in text_of(
        owner_client.get(url("takeover-begin", joined.slug))
    )
    assert not Plan.objects.exists()


def test_a_sitting_begins_with_the_own_settings_and_a_proposal_for_each(owner_client, sitting, joined):
    page = owner_client.get(sitting)
    assert [(one.row.own.label, one.row.sort, one.value) for one in page.context["rows"]] == [
        ("Lekkage", "sure", ""),
        ("CV ketel onderhouden", "alike", ""),
        ("Vakantie", "alone", ""),
    ]
    said = text_of(page)
    for words in (
        "0 of 3 decided",
        "Couple 1 setting that is called exactly the same",
        "Couple 1 setting that has another name",
        f"Leave 1 setting that only {joined.name} has",
        f"that {joined.name} does not have",
        "Proposal: Onderhoud cv-ketel",
        "key and name are equal",
    ):
        assert words in said, words


def test_the_proposal_is_followed_in_the_parts_that_are_ticked(owner_client, sitting, sides):
    page = owner_client.get(sitting)
    assert list(page.context["taken"]) == ["sure", "alone", "rest"]
    answer = send(owner_client, sitting, do="propose", take=["sure", "alone", "rest"])
    assert answer["Location"].endswith("#takeover")  # what it asks first stands above the rows
    assert change("Lekkage").action == "couple"
    assert change("Spoed").action == "create"
    assert change("Onderhoud cv-ketel").action == "skip"
    page = owner_client.get(answer["Location"])
    assert "2 of 3 decided" in text_of(page)
    assert page.context["undecided"] == {"sure": 0, "alike": 1, "alone": 0}
    send(owner_client, sitting, do="propose", take=["alike"])
    assert Decision.objects.get(uid=change("Onderhoud cv-ketel").uid).couple_with == sides.uid
    said = text_of(owner_client.get(sitting))
    assert "3 of 3 decided" in said and "The proposal" not in said


def test_choices_are_stored_and_shown_again(owner_client, url, joined, sides, sitting):
    page = owner_client.get(sitting)
    ketel, holiday = change("Onderhoud cv-ketel"), own(page, "Vakantie")
    values = {f"with-{sides.uid}": str(ketel.uid), f"with-{holiday.uid}": "own", "with-zzz": "zzz"}
    assert send(owner_client, sitting, **values).status_code == 302
    assert Decision.objects.get(uid=ketel.uid).couple_with == sides.uid
    page = owner_client.get(sitting)
    assert {one.row.own.label: one.value for one in page.context["rows"]} == {
        "Lekkage": "",
        "CV ketel onderhouden": str(ketel.uid),
        "Vakantie": "own",
    }
    going = owner_client.get(url("takeover-begin", joined.slug))
    assert going.context["going"].pk == plan().pk
    assert "is coupled" in text_of(owner_client.get(url("plan", plan().pk)))


def test_filters_page_and_ticks_stay_after_every_action(owner_client, sitting, sides):
    page = owner_client.get(sitting)
    holiday = own(page, "Vakantie")
    address = f"{sitting}?category=reference_data&state=open&page=1"
    answer = send(
        owner_client, address, do="save", pick=[str(sides.uid)], take=["rest"], **{f"with-{holiday.uid}": "own"}
    )
    location = answer["Location"]
    assert "category=reference_data&state=open&page=1" in location
    assert location.endswith("#takeover-rows")
    page = owner_client.get(location)
    assert page.context["picked"] == [str(sides.uid)]
    assert list(page.context["taken"]) == ["rest"]
    assert [one.row.own.label for one in page.context["rows"]] == ["Lekkage", "CV ketel onderhouden"]
    assert page.context["here"] == address


@pytest.mark.parametrize(
    ("do", "ketel", "holiday"), [("proposed", "coupled", "open"), ("own", "own", "own"), ("open", "open", "open")]
)
def test_what_is_ticked_is_decided_at_once(owner_client, sitting, sides, do, ketel, holiday):
    page = owner_client.get(sitting)
    pick = [str(sides.uid), str(own(page, "Vakantie").uid)]
    send(owner_client, sitting, do=do, pick=pick)
    page = owner_client.get(sitting)
    states = {one.row.own.label: one.row.state for one in page.context["rows"]}
    assert states == {"Lekkage": "open", "CV ketel onderhouden": ketel, "Vakantie": holiday}


def test_what_others_need_is_solved_in_the_same_list(owner_client, url, main, joined, sides):
    with inside(main):
        make_form("Oplevering").work_types.add(WorkType.objects.get(name="Onderhoud cv-ketel"))
    with inside(joined):
        make_form("Oplevering")
    address = owner_client.post(url("takeover-begin", joined.slug))["Location"]
    form = own(owner_client.get(address), "Oplevering")
    send(owner_client, address, **{f"with-{form.uid}": str(form.proposal.row.uid)})
    page = owner_client.get(address)
    said = text_of(page)
    assert "Needed first" in said
    needed = {one.row.label for one in page.context["proposal"].blockers}
    assert needed == {"Onderhoud cv-ketel", "Werk bij Oplevering"}
    send(owner_client, address, **{f"need-{change('Onderhoud cv-ketel').uid}": str(sides.uid)})
    assert change("Onderhoud cv-ketel").action == "couple"
    send(owner_client, address, do="needs")
    page = owner_client.get(address)
    assert not page.context["proposal"].blockers
    assert "Needed first" not in text_of(page)


def test_the_list_is_narrowed_by_category_sort_state_and_name(owner_client, sitting):
    def shown(**filters):
        return [one.row.own.label for one in owner_client.get(sitting, filters).context["rows"]]

    assert shown(q="CV") == shown(sort="alike") == ["CV ketel onderhouden"]
    assert len(shown(state="open")) == 3
    assert "Nothing of this sort" in text_of(owner_client.get(sitting, {"category": "forms"}))


def test_what_is_refused_keeps_what_was_chosen(owner_client, sitting, sides):
    ketel = change("Onderhoud cv-ketel")
    holiday = own(owner_client.get(sitting), "Vakantie")
    answer = send(owner_client, sitting, **{f"with-{one.uid}": str(ketel.uid) for one in (sides, holiday)})
    assert "cannot be coupled" in text_of(answer)
    assert {one.row.own.label: one.value for one in answer.context["rows"]}["Vakantie"] == str(ketel.uid)
    assert change("Onderhoud cv-ketel").action == "skip"
    answer = owner_client.post(sitting, {"version": 99, "do": "save", f"with-{holiday.uid}": "own"})
    assert "This preview has changed since you looked at it" in text_of(answer)
    assert {one.row.own.label: one.value for one in answer.context["rows"]}["Vakantie"] == "own"
    assert owner_client.post(sitting, {"version": "x", "do": "zzz"}).status_code == 200


def test_a_setting_is_chosen_by_hand_side_by_side(owner_client, url, joined, sitting, sides):
    spoed = change("Spoed")
    address = url("takeover-pair", plan().pk, joined.slug, sides.uid)
    listed = {"list": "state=open&page=1&next=https://elsewhere.example"}
    page = owner_client.get(address, listed)
    assert [one.row.label for one in page.context["pair"].candidates][:1] == ["Onderhoud cv-ketel"]
    said = text_of(page)
    assert "Van henzelf" in said and "Jaarlijks onderhoud" in said
    assert owner_client.get(address, {"with": str(spoed.uid)}).context["pair"].beside.row.label == "Spoed"
    answer = owner_client.post(
        f"{address}?{urlencode(listed)}",
        {"version": plan().version, "do": "save", f"with-{sides.uid}": str(spoed.uid)},
    )
    assert answer["Location"] == f"{sitting}?state=open&page=1"
    assert change("Spoed").couples == sides.uid
    assert re.search(rf'value="{spoed.uid}"[^>]* checked', owner_client.get(address).content.decode())
    assert owner_client.get(url("takeover-pair", plan().pk, joined.slug, spoed.uid))["Location"] == sitting


def test_a_sitting_that_was_carried_out_is_over(owner, owner_client, url, joined, sitting):
    send(owner_client, sitting, do="propose", take=["sure"])
    stored = plan()
    carry_out(
        start_run(acting_user=owner, plan=stored, version=stored.version, confirmation=stored.administration.slug)
    )
    assert owner_client.get(sitting)["Location"] == url("plan", stored.pk)
    assert owner_client.get(url("takeover-begin", joined.slug)).context["going"] is None


def test_any_preview_can_be_decided_this_way(owner, owner_client, url, main, joined, sides):
    stored = make_plan(owner, main, joined, categories=["reference_data"])
    page = owner_client.get(url("takeover", stored.pk, joined.slug))
    assert {row.label for row in page.context["proposal"].held} == set()
    assert own(page, "Lekkage").sort == "sure"
    assert page.context["proposal"].rest_added == 1


def test_it_is_for_who_may_sync_there(client, owner_client, url, main, colleague, sitting, joined):
    hidden = make_administration("Van Dijk Zuid", main)
    assert owner_client.get(url("takeover-begin", hidden.slug)).status_code == 404
    assert owner_client.get(url("takeover", plan().pk, hidden.slug)).status_code == 404
    client.force_login(colleague)
    assert client.get(sitting).status_code == 403
    assert client.post(reverse("sync:takeover-begin", args=[main.slug, joined.slug])).status_code == 403
