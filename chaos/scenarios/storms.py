"""A storm of kills: workers, and now and then the database, while hundreds of targets are under way."""

import random
import signal
import time

from django.db import connections

from settings_sync.models import SyncRun, SyncTarget

from ..company import FINAL, Company, Watch, patiently, wait_until_ended
from ..stage import Stage, send_signal
from ..table import Row


def run(stage: Stage, full: bool) -> list[Row]:
    """500 targets with at least 150 kills of workers and 3 of the database; a short run has 12, 6 and 1."""
    targets, kills, crashes = (500, 150, 3) if full else (12, 6, 1)
    company = Company()
    company.add(targets)
    company.bump()
    watch = Watch(company, company.children)
    accepted = company.start(company.children)
    stage.checkpoint()
    stage.start_product(workers=2)
    killed, crashed = storm(stage, accepted, targets, kills, crashes)
    took = wait_until_ended([accepted], stage.revive, 300)
    verdict = patiently(lambda: watch.judge([accepted]))
    row = Row(f"kill storm: {killed} workers, {crashed} databases", tried=targets)
    row.lost, row.doubled, row.half = len(verdict.lost), len(verdict.doubled), len(verdict.half)
    row.failures = verdict.sentences
    if killed < kills or crashed < crashes:
        row.failures.append(f"it was over after {killed} of {kills} kills and {crashed} of {crashes} crashes")
    row.survived = targets - len(verdict.sentences)
    attempts = sum(SyncTarget.objects.filter(run=accepted).values_list("attempts", flat=True))
    row.note = f"{attempts} attempts for {targets} targets; the last ended {took:.0f} s after the last kill."
    return [row]


def storm(stage: Stage, accepted: SyncRun, targets: int, kills: int, crashes: int) -> tuple[int, int]:
    """Kill workers in step with what gets done, so that the last targets meet as many kills as the first."""
    chance, killed, crashed = random.Random(4), 0, 0
    deadline = time.monotonic() + 1200
    while time.monotonic() < deadline and (killed < kills + kills // 10 + 1 or crashed < crashes):
        stage.revive()
        done = patiently(lambda: SyncTarget.objects.filter(run=accepted, state__in=FINAL).count())
        if done >= targets:
            break
        if crashed < crashes and done >= targets * (crashed + 1) / (crashes + 2):
            connections.close_all()
            stage.kill_database()
            crashed += 1
        elif killed * targets <= done * (kills + kills // 10 + 1) and _kill_one(stage, chance):
            killed += 1
        time.sleep(chance.uniform(0.005, 0.05))
    return killed, crashed


def _kill_one(stage: Stage, chance: random.Random) -> bool:
    """Kill a process that works; now and then the one above it as well."""
    pids = stage.worker_pids()
    if not pids:
        return False
    send_signal(chance.choice(pids), signal.SIGKILL)
    if chance.random() < 0.1:
        send_signal(chance.choice(stage.workers).pid, signal.SIGKILL)
    return True
