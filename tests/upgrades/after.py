"""What the version of today is asked to do with it, after its migrations: nothing looks edited, and what was run before
is reported, taken back, taken back again and tried again. Reads what `before.py` printed; prints what stood there then.
"""

import json
import sys
from typing import Any

import django

django.setup()

from briefings.models import Briefing  # noqa: E402

from accounts.models import User  # noqa: E402
from settings_sync.models import Change, SyncRun  # noqa: E402
from settings_sync.services.plans.plans import create_plan  # noqa: E402
from settings_sync.services.previews.change_details import show_change  # noqa: E402
from settings_sync.services.reports.report_rows import run_rows  # noqa: E402
from settings_sync.services.reports.reporting import run_report  # noqa: E402
from settings_sync.services.runs.runs import retry_run, start_run  # noqa: E402
from settings_sync.services.targets.targets import execute_target  # noqa: E402
from settings_sync.services.undos.undoing import create_undo_plan  # noqa: E402
from sync_ledger.models import Deviation  # noqa: E402
from tenants.models import Administration  # noqa: E402
from tenants.schemas import inside  # noqa: E402

given = json.loads(sys.stdin.read())
owner = User.objects.get(email="beheerder@example.com")
by_name = {row.name: row for row in Administration.objects.all()}
run = SyncRun.objects.get(pk=given["run"])


def standing(administration: Administration) -> dict[str, list[list[str]]]:
    """As before, by the name that the field has today."""
    with inside(administration):
        return {
            briefing.name: [[str(point.uid), point.instruction] for point in briefing.points.order_by("position")]
            for briefing in Briefing.objects.order_by("name")
        }


def standing_in_both() -> dict[str, Any]:
    return {name: standing(by_name[name]) for name in ("Noord", "Oost")}


def verdicts(plan: Any) -> dict[str, list[list[str]]]:
    changes = Change.objects.filter(plan_target__plan=plan).order_by("label")
    found: dict[str, list[list[str]]] = {}
    for name, *told in changes.values_list("plan_target__administration__name", "label", "verdict", "action"):
        found.setdefault(name, []).append(told)
    return found


def finished(started: SyncRun) -> SyncRun:
    for target in started.targets.filter(state="queued"):
        execute_target(target.pk)
    started.refresh_from_db()
    return started


def taken_back(taken: SyncRun) -> tuple[SyncRun, dict[str, Any]]:
    plan = create_undo_plan(acting_user=owner, run=taken)
    told = verdicts(plan)
    # Typed, as somebody would who takes back much.
    return finished(start_run(acting_user=owner, plan=plan, version=1, confirmation="van-dijk")), told


answer: dict[str, Any] = {"stands": standing_in_both()}
with inside(by_name["Oost"]):
    answer["pinned"] = [path.split("/")[-1] for path in Deviation.objects.values_list("path", flat=True)]
plan = create_plan(
    acting_user=owner,
    main=by_name["Van Dijk"],
    targets=[by_name[name].slug for name in ("Noord", "Oost")],
    categories=["briefings", "reference_data"],
)
answer["preview"] = sorted([name, *told[:2]] for name, changes in verdicts(plan).items() for told in changes)
answer["report"] = [list(map(str, row)) for row in run_rows(acting_user=owner, run=run)]
run_report(acting_user=owner, run=run)
changes = Change.objects.filter(plan_target__plan=run.plan, action="update", label="Ketel")
shown = [show_change(run.plan, pk) for pk in changes.order_by("plan_target").values_list("pk", flat=True)]
answer["shown"] = [[field.new for place in one.places for field in place.fields] for one in shown if one]
undo, answer["undo"] = taken_back(run)
answer["undone"] = [undo.state, standing_in_both()]
again, _told = taken_back(undo)
answer["redone"] = [again.state, standing_in_both()]
retried = finished(retry_run(acting_user=owner, run=SyncRun.objects.get(pk=given["failed"])))
answer["retried"] = [retried.state, sorted(standing(by_name["West"]))]
print(json.dumps(answer))
