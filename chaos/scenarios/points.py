"""Every failpoint met with every fault: whatever breaks wherever, a child has all of it or nothing, once."""

import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
from django.db import connections

from settings_sync.models import SyncRun
from tenants.administrations import create_administration, delete_administration, retry_provisioning
from tenants.failpoints import POINTS
from tenants.models import Administration

from ..company import Company, Watch, patiently, wait_until_ended
from ..stage import LEASE_SECONDS, Stage, send_signal, wait_for_note
from ..table import Row, Verdict

FAULTS = ("killed", "error", "asleep", "backend ended", "database killed", "broker killed")
ACTIONS = {"killed": "kill", "error": "raise"}
SHORT = (
    ("apply.between-kinds", "killed"),
    ("apply.before-commit", "killed"),
    ("apply.after-commit", "killed"),
    ("apply.before-receipt", "backend ended"),
    ("apply.before-result-check", "database killed"),
    ("provision.after-schema", "killed"),
)


def run(stage: Stage, full: bool) -> list[Row]:
    """The matrix; a short run tries a handful of its cells."""
    cells = [(point, fault) for point in POINTS for fault in FAULTS] if full else SHORT
    company = Company()
    company.add(1)
    stage.start_product(workers=1)
    rows = {fault: Row(f"failpoint × {fault}") for fault in FAULTS}
    for point, fault in cells:
        verdict = try_cell(stage, company, point, fault)
        rows[fault].add(verdict.about(point))
    tried = [row for row in rows.values() if row.tried]
    tried[0].note = f"{len(POINTS)} points: {', '.join(POINTS)}."
    return tried


def try_cell(stage: Stage, company: Company, point: str, fault: str) -> Verdict:
    """One point with one fault."""
    stage.revive()
    action = ACTIONS.get(fault, "wait")
    with stage.set_point(point, action) as note:
        finish = _begin(stage, company, point, may_fail=fault == "error")
        if action == "wait":
            break_at(stage, note, fault)
        verdict = finish()
        _wait_until_taken(stage.points / point)
        if (stage.points / point).exists():
            verdict.other.append("the point was never reached")
    return verdict


def _wait_until_taken(point: Path) -> None:
    """What is not on the way of a run, such as the reaper's next round, may come after its end."""
    deadline = time.monotonic() + 120
    while point.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def _begin(stage: Stage, company: Company, point: str, *, may_fail: bool) -> Callable[[], Verdict]:
    """Start what reaches the point; gives what waits for its end and judges it. Only an error may end as a failure;
    what was killed, slept or lost its connection must be done all the same."""
    if point.startswith("provision"):
        return make_one(stage, company)
    if point.startswith("delete"):
        return delete_one(stage, company)
    return sync_one(stage, company, elsewhere=point.startswith("run."), may_fail=may_fail)


def break_at(stage: Stage, note: Path, fault: str) -> None:
    """Wait until a process waits at the point, break something around it, and let it go on."""
    pid = wait_for_note(note)
    if pid is None:
        return
    BREAKS[fault](stage, pid, note)
    note.unlink(missing_ok=True)
    stage.start_broker()


def _sleep(_stage: Stage, pid: int, note: Path) -> None:
    """Past the lease, in the middle of what it was doing; it goes on by itself when it wakes."""
    send_signal(pid, signal.SIGSTOP)
    note.unlink(missing_ok=True)
    time.sleep(LEASE_SECONDS + 2)
    send_signal(pid, signal.SIGCONT)


def _end_backends(stage: Stage, _pid: int, _note: Path) -> None:
    with psycopg.connect(stage.environment["SUPERUSER_DATABASE_URL"], autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


BREAKS: dict[str, Callable[[Stage, int, Path], None]] = {
    "asleep": _sleep,
    "backend ended": _end_backends,
    "database killed": lambda stage, _pid, _note: stage.kill_database(),
    "broker killed": lambda stage, _pid, _note: stage.kill_broker(),
}


def sync_one(stage: Stage, company: Company, *, elsewhere: bool, may_fail: bool) -> Callable[[], Verdict]:
    """Sync one child to its end; `elsewhere` accepts the run in a process that may be killed."""
    company.bump()
    child = company.children[0]
    watch = Watch(company, [child])
    before = set(SyncRun.objects.values_list("pk", flat=True))
    accepting = None
    if elsewhere:
        names = (company.main.slug, child.slug, company.owner.email)
        accepting = stage.start_python("-m", "chaos.accepting", *names)
    else:
        company.start([child])

    def finish() -> Verdict:
        if accepting is not None:
            accepting.wait(60)
        runs = patiently(lambda: list(SyncRun.objects.exclude(pk__in=before)))
        took = wait_until_ended(runs, stage.revive)
        verdict: Verdict = patiently(lambda: watch.judge(runs, may_fail=may_fail))
        if took > 60:
            verdict.lost.append(f"it took {took:.0f} s")
        return verdict

    return finish


def make_one(stage: Stage, company: Company) -> Callable[[], Verdict]:
    """Create an administration; when that ends as failed, once more."""
    made = create_administration(acting_user=company.owner, main=company.main, name="Nieuw", slug=uuid.uuid4().hex)

    def finish() -> Verdict:
        found = _wait_for(stage, made, ("active", "failed"))
        verdict = Verdict()
        if found.state == "failed":
            if _tables(found):
                verdict.half.append("a schema stands there though making it failed")
            retry_provisioning(acting_user=company.owner, administration=found)
            found = _wait_for(stage, made, ("active", "failed"))
        if found.state != "active":
            verdict.lost.append(f"the new administration is {found.state}: {found.state_detail}")
        elif _tables(made) != _tables(company.main):
            verdict.half.append("the new administration lacks tables")
        return verdict

    return finish


def delete_one(stage: Stage, company: Company) -> Callable[[], Verdict]:
    """Delete an administration."""
    leaving = company.add_one("Weg")
    delete_administration(acting_user=company.owner, administration=leaving, confirm=leaving.slug)

    def finish() -> Verdict:
        found = _wait_for(stage, leaving, ("deleted", "failed"))
        verdict = Verdict()
        if found.state != "deleted":
            verdict.lost.append(f"the administration is {found.state}: {found.state_detail}")
        if _tables(found):
            verdict.half.append("tables of the deleted administration are left")
        return verdict

    return finish


def _wait_for(stage: Stage, administration: Administration, states: tuple[str, ...]) -> Administration:
    deadline = time.monotonic() + 60
    while (found := _again(administration)).state not in states and time.monotonic() < deadline:
        stage.revive()
        time.sleep(0.1)
    return found


def _again(administration: Administration) -> Administration:
    found: Administration = patiently(lambda: Administration.objects.get(pk=administration.pk))
    return found


def _tables(administration: Administration) -> int:
    def count() -> int:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", [administration.schema_name])
            return int(cursor.fetchone()[0])

    found: int = patiently(count)
    return found
