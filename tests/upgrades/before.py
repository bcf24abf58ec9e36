"""What the former version is asked to do, in a copy of it: two syncs to Noord and Oost, and one to West that fails.

Prints as JSON what stood in Noord and Oost before and after the second sync, what a preview would say then, and the
runs.
"""

import json
import uuid

import django

django.setup()

from briefings.models import Briefing, Point  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from reference_data.models import WorkType  # noqa: E402
from settings_sync.models import Plan  # noqa: E402
from settings_sync.services.plans.plans import create_plan  # noqa: E402
from settings_sync.services.runs.runs import finish_run_when_done, start_run  # noqa: E402
from settings_sync.services.targets.targets import execute_target  # noqa: E402
from sync_ledger.models import Deviation  # noqa: E402
from tenants.administrations import create_administration, work_on_administration  # noqa: E402
from tenants.mains import create_main_administration  # noqa: E402
from tenants.models import Administration  # noqa: E402
from tenants.schemas import inside  # noqa: E402

CATEGORIES = ["briefings", "reference_data"]
OWNER = "beheerder@example.com"


def add_briefing(name: str, *texts: str) -> Briefing:
    briefing = Briefing.objects.create(name=name)
    for position, text in enumerate(texts, start=1):
        Point.objects.create(briefing=briefing, position=position, text=text)
    return briefing


def standing(administration: Administration) -> dict[str, list[list[str]]]:
    """The briefings of an administration, by name, each with its points in their order."""
    with inside(administration):
        return {
            briefing.name: [[str(point.uid), point.text] for point in briefing.points.order_by("position")]
            for briefing in Briefing.objects.order_by("name")
        }


main, _is_new = create_main_administration(name="Van Dijk", administrator=OWNER)
assert work_on_administration(main.pk)
main.refresh_from_db()
owner = User.objects.get(email=OWNER)


def made(name: str) -> Administration:
    child = create_administration(acting_user=owner, main=main, name=name)
    assert work_on_administration(child.pk)
    child.refresh_from_db()
    return child


def planned(*children: Administration) -> Plan:
    return create_plan(acting_user=owner, main=main, targets=[child.slug for child in children], categories=CATEGORIES)


def synced(*children: Administration) -> uuid.UUID:
    run = start_run(acting_user=owner, plan=planned(*children), version=1)
    for target in run.targets.all():
        assert execute_target(target.pk)
    return run.pk


noord, oost, west = made("Noord"), made("Oost"), made("West")
with inside(main):
    storing = WorkType.objects.create(name="Storing")
    for_a_boiler = add_briefing("Ketel", "Sluit het gas af.", "Meet CO.", "Draag een bril.")
    for_a_boiler.work_types.add(storing)
    add_briefing("Leeg")
    add_briefing("Dak", "Zeker je.")
synced(noord, oost)
with inside(oost):
    # An edit of its own, and one that stays whatever comes.
    Point.objects.filter(text="Draag een bril.").update(text="Draag een bril en handschoenen.")
    pinned = Point.objects.get(text="Meet CO.")
    uid = Briefing.objects.get(name="Ketel").uid
    Deviation.objects.create(
        kind="briefings.briefing",
        uid=uid,
        path=f"point/{pinned.uid}/text",
        is_pinned=True,
        reason="Hier anders.",
        decided_at=timezone.now(),
    )
with inside(main):
    Point.objects.filter(text="Sluit het gas af.").update(text="Sluit gas en stroom af.")
    Point.objects.filter(text="Meet CO.").update(text="Meet CO en CO2.")
    Briefing.objects.filter(name="Dak").update(name="Dak en goot")
    add_briefing("Kelder", "Ventileer.")
before = {child.name: standing(child) for child in (noord, oost)}
run = synced(noord, oost)
after = {child.name: standing(child) for child in (noord, oost)}
assert before["Noord"] != after["Noord"] and before["Oost"] != after["Oost"]

failed = start_run(acting_user=owner, plan=planned(west), version=1)
failed.targets.update(state="failed", error_code="unexpected", finished_at=timezone.now())
with transaction.atomic():
    finish_run_when_done(failed)
changes = planned(noord, oost).targets.values_list("administration__name", "changes__label", "changes__verdict")
preview = sorted([name, label, verdict] for name, label, verdict in changes if label)
print(json.dumps({"run": str(run), "failed": str(failed.pk), "before": before, "after": after, "preview": preview}))
