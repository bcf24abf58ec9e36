"""The first page: the picture of a main administration for five and five hundred subs, and what a sub has to know."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forms_catalog.models import Field
from settings_sync.models import Alignment, Plan
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.approvals.policy import ApprovalPolicy, set_approval_policy
from settings_sync.services.home.picture import AT_ONCE, show_picture
from settings_sync.services.runs.runs import start_run
from settings_sync.wording.states import State
from sync_ledger.models import Deviation
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import make_plan, sync
from .test_plans import text_of

CATEGORIES = ("forms", "workflows", "templates", "reference_data")


def home_of(administration: Administration) -> str:
    return reverse("administration-home", args=[administration.slug])


@pytest.fixture
def many(main: Administration, owner: Any) -> Any:
    """Make so many sub-administrations, counted as the third of them behind and one in ten in conflict."""

    def make(number: int) -> None:
        rows = [
            Administration(
                name=f"Vestiging {place:03}",
                slug=f"vestiging-{place}",
                parent=main,
                state="active",
                groups=[f"regio {place % 5}"],
                schema_name=f"nowhere_{place}",
            )
            for place in range(number)
        ]
        made = Administration.objects.bulk_create(rows)
        role = Role.objects.get(administration=None, name=ADMINISTRATOR_ROLE)
        Membership.objects.bulk_create(Membership(user=owner, administration=row, role=role) for row in made)
        Alignment.objects.bulk_create(
            Alignment(administration=row, category=category, counts=counts_of(place), as_of=timezone.now())
            for place, row in enumerate(made)
            for category in CATEGORIES
        )

    return make


def counts_of(place: int) -> dict[str, int]:
    return {"in_line": 30, "behind": 5 if place % 3 == 0 else 0, "conflict": 1 if place % 10 == 1 else 0, "missing": 0}


@pytest.mark.parametrize("number", [5, 500])
def test_the_picture_asks_the_same_for_five_and_for_five_hundred(owner_client, main, many, number):
    many(number)
    owner_client.get(home_of(main))
    with CaptureQueriesContext(connection) as asked:
        answer = owner_client.get(home_of(main))
    assert answer.status_code == 200
    assert len(asked) <= 22
    assert len(answer.content) <= 120_000


def test_many_administrations_are_shown_by_group_and_searched(owner_client, main, many):
    many(AT_ONCE + 8)
    page = owner_client.get(home_of(main)).content.decode()
    assert re.findall(r'<th scope="col">\s*<a href="\?group=([^"]+)"', page) == [
        f"regio%20{place}" for place in range(5)
    ]
    narrowed = owner_client.get(home_of(main), {"group": "regio 1"}).content.decode()
    assert "Vestiging 001" in narrowed.split("<table")[1]
    assert "Vestiging 002" not in narrowed.split("<table")[1]
    found = owner_client.get(home_of(main), {"q": "vestiging 013"}).content.decode()
    assert re.findall(r'title="(Vestiging \d+)">', found.split("<table")[1]) == ["Vestiging 013"]


def test_of_many_those_are_shown_that_need_somebody_the_gravest_first(main, owner, many):
    many(40)
    picture = show_picture(acting_user=owner, main=main)
    assert len(picture.tiles) == 12
    assert [tile.state for tile in picture.tiles[:5]] == [State.CONFLICT] * 4 + [State.BEHIND]
    assert picture.needing == 17 and picture.more_tiles == 5


def test_an_empty_administration_is_called_so_wherever_the_picture_tells_of_it(main, owner, joined, form):
    fold_alignment()
    picture = show_picture(acting_user=owner, main=main)
    (tile,) = (tile for tile in picture.tiles if tile.sub.name == joined.name)
    cells = {cell.words for row in picture.rows for cell in row.cells if cell.state == State.APART}
    assert tile.words == "leeg: nog niets ontvangen"
    assert cells == {tile.words}


def test_only_administrations_that_one_may_enter_are_in_it(owner_client, main, joined, other_child):
    fold_alignment(everything=True)
    page = text_of(owner_client.get(home_of(main)))
    assert joined.name in page
    Membership.objects.filter(administration=other_child).delete()
    assert other_child.name not in text_of(owner_client.get(home_of(main))).replace(joined.name, "")


def test_a_category_opens_into_its_settings_and_a_cell_into_the_difference(owner_client, main, owner, joined, form):
    sync(owner, main, joined)
    with inside(main):
        Field.objects.update(label="CO (nieuw)")
    fold_alignment(everything=True)
    opened = owner_client.get(home_of(main), {"open": "forms"}).content.decode()
    address = reverse("sync:difference", args=[main.slug, joined.slug, "forms_catalog.form", form.uid])
    assert f'href="{address}"' in opened
    said = text_of(owner_client.get(address))
    assert "CO (nieuw)" in said and "CO-gehalte" in said
    assert said.count("changed") >= 2


def test_what_waits_for_approval_is_no_sync_yet(main, owner, joined, form):
    make_member(main)
    set_approval_policy(acting_user=owner, main=main, policy=ApprovalPolicy(always=True))
    plan = make_plan(owner, main, joined)
    start_run(acting_user=owner, plan=plan, version=plan.version)
    assert show_picture(acting_user=owner, main=main).runs == ()


def test_bringing_in_line_is_one_click_away_from_a_preview_of_what_differs(owner_client, main, owner, joined, form):
    sync(owner, main, joined)
    with inside(main):
        Field.objects.update(label="CO (nieuw)")
    fold_alignment(everything=True)
    page = owner_client.get(home_of(main)).content.decode()
    action = reverse("sync:bring", args=[main.slug, joined.slug])
    assert f'action="{action}"' in page
    answer = owner_client.post(action)
    plan = Plan.objects.latest("created_at")
    assert answer["Location"] == reverse("sync:plan", args=[main.slug, plan.pk])
    assert plan.items == [str(form.uid)]


def test_a_single_decision_is_opened_at_once(owner_client, main, owner, joined, form):
    sync(owner, main, joined)
    for administration, label in ((main, "CO (groep)"), (joined, "CO (hier)")):
        with inside(administration):
            Field.objects.update(label=label)
    fold_alignment(everything=True)
    action = reverse("sync:decide", args=[main.slug, joined.slug])
    assert f'action="{action}"' in owner_client.get(home_of(main)).content.decode()
    answer = owner_client.post(action)
    change = Plan.objects.latest("created_at").targets.get().changes.get()
    assert answer["Location"] == reverse("sync:change", args=[main.slug, change.plan_target.plan_id, change.pk])


def test_where_nothing_differs_it_is_said_and_no_preview_is_made(owner_client, main, owner, joined, form):
    sync(owner, main, joined)
    before = Plan.objects.count()
    answer = owner_client.post(reverse("sync:bring", args=[main.slug, joined.slug]), follow=True)
    assert f"There is nothing to bring to {joined.name}" in text_of(answer)
    assert Plan.objects.count() == before


def test_a_sub_sees_what_came_and_what_it_keeps(owner_client, main, owner, joined, form):
    sync(owner, main, joined)
    with inside(joined):
        Deviation.objects.create(
            kind="forms_catalog.form",
            uid=form.uid,
            path="",
            is_pinned=True,
            reason="klantwens",
            decided_by="Noord",
            decided_at=timezone.now(),
        )
    said = text_of(owner_client.get(home_of(joined)))
    assert "Changed from the main administration" in said
    assert "klantwens" in said and "until it is withdrawn" in said
