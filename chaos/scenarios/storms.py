"""A storm of kills: workers, and now and then the database, while hundreds of targets are under way."""

import random
import signal
import time
from functools import partial

from django.db import connections

from settings_sync.models import SyncRun, SyncTarget

from ..company import FINAL, Company, Watch, patiently, wait_until_ended
from ..stage import Stage, send_signal
from ..table import Row

MOST_ROUNDS = 5


def run(stage: Stage, full: bool) -> list[Row]:
    """500 targets with at least 150 kills of workers and 3 of the database; a short run has 12, 6 and 1."""
    targets, kills, crashes = (500, 150, 3) if full else (12, 6, 1)
    company = Company()
    company.add(targets)
    row = Row("kill storm")
    killed = 0
    crashed = 0
    attempts = 0
    stage.checkpoint()
    for _round in range(MOST_ROUNDS):
        company.bump()
        watch = Watch(company, company.children)
        accepted = company.start(company.children)
        stage.start_product(workers=2)
        more = storm(stage, accepted, targets, kills - killed, crashes - crashed)
        killed = killed + more[0]
        crashed = crashed + more[1]
        wait_until_ended([accepted], stage.revive, 300)
        row.add_targets(patiently(partial(watch.judge, [accepted])), targets)
        attempts += sum(SyncTarget.objects.filter(run=accepted).values_list("attempts", flat=True))
        if killed >= kills and crashed >= crashes:
            break
    row.fault = f"kill storm: {killed} workers, {crashed} databases"
    row.note = f"{attempts} attempts for {row.tried} targets."
    if killed < kills or crashed < crashes:
        row.failures.append(f"it was over after {killed} of {kills} kills and {crashed} of {crashes} crashes")
    return [row]


def storm(stage: Stage, accepted: SyncRun, targets: int, kills: int, crashes: int) -> tuple[int, int]:
    """Kill workers in step with what gets done, so that the last targets meet as many kills as the first."""
    chance = random.Random(4)
    killed = 0
    crashed = 0
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
