"""Workers and reaper whose clocks are an hour off, each the other way: leases are counted by the database."""

import signal

from settings_sync.models import SyncTarget

from ..company import Company, Watch, wait_until_ended
from ..stage import Stage, send_signal, wait_for_note
from ..table import Row

HOUR = 3600


def run(stage: Stage, full: bool) -> list[Row]:
    """A run with one worker killed in the middle: nobody takes what is somebody else's, nothing waits for an hour."""
    stage.stop_product()
    company = Company()
    company.add(20 if full else 4)
    row = Row("clocks off by an hour")
    for workers, reaper in ((HOUR, -HOUR), (-HOUR, HOUR)):
        stage.start_product(workers=2, skew=(workers, reaper))
        company.bump()
        watch = Watch(company, company.children)
        with stage.set_point("apply.before-commit", "wait") as note:
            accepted = company.start(company.children)
            pid = wait_for_note(note)
            if pid is not None:
                send_signal(pid, signal.SIGKILL)
        took = wait_until_ended([accepted], stage.revive)
        row.add(watch.judge([accepted]).about(f"workers {workers:+} s, reaper {reaper:+} s"))
        attempts = sum(SyncTarget.objects.filter(run=accepted).values_list("attempts", flat=True))
        row.note += f"{attempts} attempts for {len(company.children)} targets in {took:.1f} s. "
        if attempts != len(company.children) + 1:
            row.failures.append(f"{attempts} attempts: a lease was not respected")
        stage.stop_product()
    return [row]
