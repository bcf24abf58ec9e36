"""A worker that is stopped past its lease and wakes up: what it was about to commit is refused."""

import signal
import time
from threading import Thread

from settings_sync.models import SyncTarget

from ..company import Company, Watch, wait_until_ended
from ..stage import LEASE_SECONDS, Stage, send_signal, wait_for_note
from ..table import Row

PLACES = ("claim.after-commit", "apply.after-locks", "apply.before-commit")


def run(stage: Stage, full: bool) -> list[Row]:
    """Stopped with the claim in hand, with the locks taken, and with everything written."""
    company = Company()
    company.add(1)
    stage.start_product(workers=2)
    row = Row("SIGSTOP past the lease, then SIGCONT")
    attempts = []
    for place in PLACES * 4 if full else PLACES[::2]:
        attempts.append(_try(stage, company, place, row))
    row.note = f"the lease is {LEASE_SECONDS:.0f} s here and 25 s in the product; attempts per target: {attempts}."
    return [row]


def _try(stage: Stage, company: Company, place: str, row: Row) -> int:
    company.bump()
    watch = Watch(company, company.children)
    with stage.set_point(place, "wait") as note:
        stopped: list[int] = []

        def stop() -> None:
            pid = wait_for_note(note)
            if pid is not None:
                send_signal(pid, signal.SIGSTOP)
                note.unlink(missing_ok=True)
                stopped.append(pid)

        stopping = Thread(target=stop)
        stopping.start()
        accepted = company.start(company.children)
        stopping.join()
        took = wait_until_ended([accepted], stage.revive)
        done_without_it = SyncTarget.objects.get(run=accepted).state == "succeeded"
        for pid in stopped:
            send_signal(pid, signal.SIGCONT)
        time.sleep(1.5)
    verdict = watch.judge([accepted])
    if not stopped or not done_without_it:
        verdict.other.append(f"nobody took over from the one that slept ({took:.0f} s)")
    row.add(verdict.about(place))
    return SyncTarget.objects.get(run=accepted).attempts
