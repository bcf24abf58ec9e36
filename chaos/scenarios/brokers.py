"""The broker: killed with everything in it, emptied, and away for two minutes."""

import time

from redis import Redis

from settings_sync.models import SyncRun

from ..company import Company, Watch, wait_until_ended
from ..stage import Stage
from ..table import Row

WITHIN_SECONDS = 60.0


def run(stage: Stage, full: bool) -> list[Row]:
    """Each of the three, with runs accepted before, meanwhile and after."""
    company = Company()
    company.add(10 if full else 4)
    stage.start_product(workers=1)
    rows = [
        _try(stage, company, "broker killed, nothing kept", away=1),
        _try(stage, company, "broker emptied", away=None),
        _try(stage, company, f"broker away for {120 if full else 4} s", away=120 if full else 4),
    ]
    return rows


def _try(stage: Stage, company: Company, fault: str, away: float | None) -> Row:
    company.bump()
    watch = Watch(company, company.children)
    half = len(company.children) // 2
    runs = [company.start([child]) for child in company.children[:half]]
    if away is None:
        Redis.from_url(stage.environment["REDIS_URL"]).flushall()
        runs += [company.start([child]) for child in company.children[half:]]
    else:
        stage.kill_broker()
        runs += [company.start([child]) for child in company.children[half:]]
        time.sleep(away)
        stage.start_broker()
    took = wait_until_ended(runs, stage.revive, WITHIN_SECONDS)
    row = Row(fault)
    for accepted in runs:
        verdict = watch.judge([accepted])
        if took > WITHIN_SECONDS:
            verdict.lost.append(f"not all had ended within {WITHIN_SECONDS:.0f} s")
        row.add(verdict)
    late = SyncRun.objects.filter(pk__in=[accepted.pk for accepted in runs], finished_at=None).count()
    row.note = f"all ended {took:.1f} s after its return" if not late else f"{late} had not ended"
    return row
