"""The product's own times: a worker that is killed in the middle, and how long it takes until its work goes on."""

import signal
import time

from settings_sync.models import SyncTarget

from ..company import Company, Watch, wait_until_ended
from ..stage import QUICK, Stage, send_signal, wait_for_note
from ..table import Row

WITHIN_SECONDS = 60.0


def run(stage: Stage, full: bool) -> list[Row]:
    """With leases as the product has them; only in a full run, for it waits for them."""
    if not full:
        return []
    stage.stop_product()
    quick = dict(stage.environment)
    for name in QUICK:
        del stage.environment[name]
    try:
        return [_kill_one(stage)]
    finally:
        stage.stop_product()
        stage.environment = quick


def _kill_one(stage: Stage) -> Row:
    company = Company()
    company.add(2)
    company.bump()
    watch = Watch(company, company.children)
    row = Row("killed worker, at the product's own times")
    stage.start_product(workers=1)
    with stage.set_point("apply.before-commit", "wait") as note:
        accepted = company.start(company.children)
        pid = wait_for_note(note)
        if pid is not None:
            send_signal(pid, signal.SIGKILL)
        killed = time.monotonic()
    while SyncTarget.objects.filter(run=accepted, attempts=2).count() == 0 and time.monotonic() - killed < 120:
        stage.revive()
        time.sleep(0.1)
    noticed = time.monotonic() - killed
    wait_until_ended([accepted], stage.revive)
    verdict = watch.judge([accepted])
    if pid is None or noticed > WITHIN_SECONDS:
        verdict.lost.append(f"it took {noticed:.0f} s until its work was running again")
    row.add(verdict)
    row.note = f"its work was running again after {noticed:.0f} s; {WITHIN_SECONDS:.0f} s is promised."
    return row
