"""The pages of the main job with 5 and with 100 administrations: as many queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forms_catalog.models import Field
from settings_sync.models import Change, PlanTarget, Receipt, SyncRun, SyncTarget
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE
from tenants.schemas import inside

from .conftest import make_form, make_many, make_plan, sync


def spread_out(plan, administrations):
    """The same plan for more administrations, as if each of them were like the one that it was made for."""
    target = plan.targets.get()
    changes = list(target.changes.all())
    for position, administration in enumerate(administrations, start=1):
        more = PlanTarget.objects.create(
            plan=plan,
            administration=administration,
            counts=target.counts,
            affected={"work_orders": 2},
            position=position,
        )
        for change in changes:
            change.pk, change.plan_target = None, more
        Change.objects.bulk_create(changes)
    return plan


def carried_out(owner, plan):
    """A run of such a plan, as it is in the tables once every worker is done."""
    now = timezone.now()
    run = SyncRun.objects.create(
        plan=plan, administration=plan.administration, requested_by=owner, state="succeeded",
        started_at=now, finished_at=now,
    )  # fmt: skip
    targets = SyncTarget.objects.bulk_create(
        SyncTarget(
            run=run, administration_id=row.administration_id, plan_target=row, state="succeeded", counts=row.counts,
            started_at=now, finished_at=now,
        )
        for row in plan.targets.all()
    )  # fmt: skip
    Receipt.objects.bulk_create(
        Receipt(target=target, snapshot=plan.snapshot, rows={}, business_rows_written=0, written_at=now)
        for target in targets
    )
    return run


@pytest.fixture
def conflict(owner, main, joined, form):
    """What both sides changed, so that there is something to decide."""
    sync(owner, main, joined)
    for administration, label in ((main, "CO (groep)"), (joined, "CO (hier)")):
        with inside(administration):
            Field.objects.update(label=label)


def test_no_page_asks_more_of_a_hundred_administrations_than_of_five(owner_client, url, owner, main, joined, conflict):
    pages = ("administrations", "choose", "runs", "plan", "change", "plan-csv", "plan-pdf", "run", "run-progress")
    pages += ("run-csv", "run-pdf")
    asked = {}
    for number in (4, 95):
        many = make_many(number, main, owner, joined, name=f"Vestiging {number}")
        plan = spread_out(make_plan(owner, main, joined), many)
        run = carried_out(owner, spread_out(make_plan(owner, main, joined), many))
        change = plan.targets.first().changes.get(verdict="both_changed")
        arguments = {"plan": [plan.pk], "change": [plan.pk, change.pk], "run": [run.pk]}
        for page in pages:
            address = url(page, *arguments.get(page.partition("-")[0], []))
            owner_client.get(address)
            with CaptureQueriesContext(connection) as captured:
                answer = owner_client.get(address)
                assert answer.status_code == 200
                assert answer.getvalue()  # what is sent in pieces is read meanwhile
            asked.setdefault(page, []).append(len(captured))
    assert {page: counts for page, counts in asked.items() if len(set(counts)) > 1} == {}


def test_a_result_and_the_history_stay_small_with_a_thousand_administrations(owner_client, url, owner, main, joined):
    with inside(main):
        for number in range(12):
            make_form(f"Onderhoud van een toestel met een lange naam {number}")
    rows = Administration.objects.bulk_create(
        Administration(name=f"Vestiging {number} Noordoost", slug=f"vestiging-{number}", parent=main, state="active")
        for number in range(1000)
    )
    role = Role.objects.get(administration=None, name=ADMINISTRATOR_ROLE)
    Membership.objects.bulk_create(Membership(user=owner, administration=row, role=role) for row in rows)
    run = carried_out(owner, spread_out(make_plan(owner, main, joined), rows))
    for page in (url("run", run.pk), url("runs")):
        answer = owner_client.get(page)
        assert len(answer.content) <= 120_000, page
    (line,) = answer.context["page"].object_list
    assert (len(line.administrations), line.more_administrations, line.has_more_settings) == (3, 998, True)
    assert len(owner_client.get(url("run", run.pk)).context["done"].object_list) == 20
