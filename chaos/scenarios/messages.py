"""Messages delivered ten times, in another order, for what has ended, and forged."""

import random
import time
import uuid

from celery import current_app
from redis import Redis

from settings_sync.engine.witness import fingerprint, fingerprint_settings
from settings_sync.models import SyncTarget
from settings_sync.services.runs.waking import APPLY_TARGET
from tenants.waking import WORK_ON_ADMINISTRATION

from ..company import Company, Watch, wait_until_ended
from ..stage import Stage
from ..table import Row


def run(stage: Stage, full: bool) -> list[Row]:
    """Ten messages for each target, shuffled, before and after it has ended; then forged ones."""
    company = Company()
    company.add(50 if full else 5)
    company.bump()
    watch = Watch(company, company.children)
    accepted = company.start(company.children)
    ids = [str(found) for found in SyncTarget.objects.filter(run=accepted).values_list("pk", flat=True)]
    ten_times = ids * 10
    random.Random(4).shuffle(ten_times)
    _send(APPLY_TARGET, ten_times)
    stage.start_product(workers=2)
    wait_until_ended([accepted], stage.revive)
    many = Row("messages ten times, in another order")
    many.add(watch.judge([accepted]))
    many.tried = many.survived = len(ten_times) if not many.failures else 0
    rows = [many, _after_the_end(stage, company, "messages for what has ended", APPLY_TARGET, ten_times)]
    rows.append(_after_the_end(stage, company, "forged messages", APPLY_TARGET, _forged(company, len(ids) * 2)))
    names = [str(child.pk) for child in company.children]
    rows.append(_after_the_end(stage, company, "forged: make or delete", WORK_ON_ADMINISTRATION, names))
    return rows


def _forged(company: Company, count: int) -> list[str]:
    strange = ["", "'; DROP TABLE tenants_administration; --", "null", "0", str(company.main.pk)]
    return [*strange, *(str(uuid.uuid4()) for _ in range(count))]


def _send(task: str, ids: list[str]) -> None:
    for row_id in ids:
        current_app.send_task(task, args=[row_id])


def _after_the_end(stage: Stage, company: Company, fault: str, task: str, ids: list[str]) -> Row:
    """Nothing is open: whatever these messages write is one write too many."""
    everybody = [company.main, *company.children]
    before = [(fingerprint(found), fingerprint_settings(found)) for found in everybody]
    _send(task, ids)
    _wait_until_taken(stage)
    changed = sum(
        (fingerprint(found), fingerprint_settings(found)) != former
        for found, former in zip(everybody, before, strict=True)
    )
    row = Row(fault, tried=len(ids), survived=len(ids) if not changed else 0, doubled=changed)
    row.failures = [f"{changed} administrations were written to"] if changed else []
    return row


def _wait_until_taken(stage: Stage) -> None:
    queue = Redis.from_url(stage.environment["REDIS_URL"])
    deadline = time.monotonic() + 60
    while queue.llen("eenlijn-celery") and time.monotonic() < deadline:
        stage.revive()
        time.sleep(0.1)
    time.sleep(1)
