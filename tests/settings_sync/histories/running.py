"""Confirming a plan and carrying it out to its end in this process, killed on the way or not."""

from typing import Any

from settings_sync.models import Plan, SyncRun
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target

from . import drawing


class Killed(BaseException):
    """This process ends here; nothing in it may catch this."""


def carry_out_run(history: Any, data: Any, plan: Plan) -> SyncRun:
    """Confirm and carry out; the run as it ended."""
    run = start(history, plan)
    execute(run, data)
    run.refresh_from_db()
    return run


def start(history: Any, plan: Plan) -> SyncRun:
    """Confirm a plan; what was typed is right."""
    company = history.company
    try:
        return start_run(acting_user=company.owner, plan=plan, version=plan.version, confirmation=company.main.slug)
    except (Killed, Exception) as error:
        if "point" not in str(error) and not isinstance(error, Killed):
            raise
        return SyncRun.objects.get(plan=plan)


def execute(run: SyncRun, data: Any) -> None:
    """Give each child to a worker, in any order."""
    targets = list(run.targets.order_by("administration__name").values_list("pk", flat=True))
    for pk in data.draw(drawing.permutations(targets)) if len(targets) > 1 else targets:
        try:
            execute_target(pk)
        except Killed:
            pass
        except Exception as error:
            if "point" not in str(error):
                raise
