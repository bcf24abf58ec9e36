"""A rolling restart: two web servers and two workers are restarted in turn while other systems ask for runs."""

import http.client
import json
import os
import signal
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from audit.models import AuditEntry, record
from local_servers.processes import Started, free_port
from settings_sync.models import SyncRun, SyncTarget
from tenants.tokens import create_api_token

from ..company import CATEGORIES, Company, Watch, patiently, wait_until_ended
from ..stage import Stage
from ..table import Row, Verdict

TARGETS = 5
WEB = ["-m", "gunicorn", "config.wsgi:application", "-c", "python:config.web_server", "--workers", "2"]


@dataclass(frozen=True)
class Size:
    """Rounds of so many runs each, asked for by so many callers with so many seconds between two of one caller."""

    rounds: int
    runs: int
    callers: int
    seconds: float


FULL = Size(5, 10, 3, 1.0)
SHORT = Size(1, 4, 1, 3.0)


@dataclass
class Webs:
    """Two web servers, and how a caller's requests to them went."""

    stage: Stage
    ports: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    servers: list[Started] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def start(self, number: int) -> Started:
        """Start one and wait until it answers."""
        arguments = [sys.executable, *WEB, "--bind", f"127.0.0.1:{self.ports[number]}"]
        logs = self.stage.logs / "web.log"
        environment = self.stage.environment
        started = self.stage.supervisor.start("web", arguments, log=logs, environment=environment)
        _wait(lambda: self.ask(number, "GET", "/healthz") == 200)
        return started

    def ask(
        self, number: int, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> int:
        """The status of one request to one server; 0 when it gave no answer."""
        caller = http.client.HTTPConnection("127.0.0.1", self.ports[number], timeout=60)
        try:
            caller.request(method, path, None if body is None else json.dumps(body), headers or {})
            return caller.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            caller.close()

    def accept(self, secret: str, slugs: list[str], first: int, *, retries: int = 1) -> None:
        """Ask for a run, as a proxy does: what one server does not answer is asked of the other one, once."""
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        headers["Idempotency-Key"] = uuid.uuid4().hex
        for attempt in range(1 + retries):
            number = (first + attempt) % 2
            status = self.ask(number, "POST", "/api/v1/runs/", {"targets": slugs, "categories": CATEGORIES}, headers)
            if status == 202:
                self.told["accepted" if not attempt else "accepted at the second attempt"] += 1
                return
        self.told[f"failed ({status})"] += 1

    @property
    def failed(self) -> int:
        """How many requests were not answered with a run, the retry included."""
        return sum(count for how, count in self.told.items() if how.startswith("failed"))


def run(stage: Stage, full: bool) -> list[Row]:
    """50 runs of 5 targets, a short run 4; then both servers are away, which must be seen as a failure."""
    size = FULL if full else SHORT
    company = Company()
    webs = Webs(stage)
    company.add(size.runs * TARGETS)
    stage.start_product(workers=2)
    webs.servers = [webs.start(number) for number in range(2)]
    _token, secret = create_api_token(email=company.owner.email, administration=company.main.slug, scopes=["sync:run"])
    row = Row("rolling restart")
    restarts = Counter[str]()
    for _round in range(size.rounds):
        company.bump()
        watch = Watch(company, company.children)
        before = _runs_of(company)
        asking = _asking(webs, secret, _groups(company), size)
        restarts += _restart_in_turn(stage, webs, asking, at_least=4 - restarts.total())
        accepted = [run for run in _runs_of(company) if run not in before]
        wait_until_ended(accepted, stage.revive, 300)
        _judge(row, webs, watch, accepted, size.runs)
    row.fault = f"rolling restart: {restarts['web']} of web servers, {restarts['worker']} of workers"
    told = ", ".join(f"{count} {how}" for how, count in webs.told.items())
    row.note = f"{size.rounds * size.runs} requests: {told}; attempts per target: {_attempts(_runs_of(company))}."
    row.control = _control(webs, company, secret, watch, accepted)
    stage.supervisor.stop(*webs.servers, at_most=1)
    return [row]


def _runs_of(company: Company) -> list[SyncRun]:
    return list(SyncRun.objects.filter(administration=company.main))


def _groups(company: Company) -> list[list[str]]:
    """The administrations, five by five: each round writes every one of them once."""
    slugs = [child.slug for child in company.children]
    return [slugs[first : first + TARGETS] for first in range(0, len(slugs), TARGETS)]


def _asking(webs: Webs, secret: str, groups: list[list[str]], size: Size) -> list[threading.Thread]:
    """Callers that each ask for runs, one after the other."""
    left = iter(enumerate(groups))
    lock = threading.Lock()

    def ask() -> None:
        while True:
            with lock:
                number, slugs = next(left, (0, []))
            if not slugs:
                return
            webs.accept(secret, slugs, number)
            time.sleep(size.seconds)

    asking = [threading.Thread(target=ask) for _caller in range(size.callers)]
    for caller in asking:
        caller.start()
    return asking


def _restart_in_turn(stage: Stage, webs: Webs, callers: list[threading.Thread], at_least: int) -> Counter[str]:
    """One after the other, each when the former one is back, for as long as somebody asks."""
    done: Counter[str] = Counter()
    while any(caller.is_alive() for caller in callers) or done.total() < at_least:
        number = done["web"] % 2
        _stop(webs.servers[number])
        webs.servers[number] = webs.start(number)
        done["web"] += 1
        _stop(stage.workers[number])
        stage.revive()
        done["worker"] += 1
    for caller in callers:
        caller.join()
    return done


def _stop(started: Started) -> None:
    os.kill(started.pid, signal.SIGTERM)
    _wait(started.has_ended)


def _wait(until: Callable[[], bool], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not until() and time.monotonic() < deadline:
        time.sleep(0.05)


def _judge(row: Row, webs: Webs, watch: Watch, accepted: list[SyncRun], runs: int) -> None:
    """Every request is a run, every run has all its targets, and each of those was applied exactly once."""
    verdict: Verdict = patiently(lambda: watch.judge(accepted))
    row.tried += runs * TARGETS
    row.survived += runs * TARGETS - len(verdict.sentences)
    row.lost = row.lost + len(verdict.lost)
    row.doubled = row.doubled + len(verdict.doubled)
    row.half += len(verdict.half)
    row.failures += verdict.sentences
    if webs.failed:
        row.failures.append(f"{webs.failed} requests failed: {dict(webs.told)}")
    done = [
        str(pk) for pk in SyncTarget.objects.filter(run__in=accepted, state="succeeded").values_list("pk", flat=True)
    ]
    applied = AuditEntry.objects.filter(action="target.applied", data__target__in=done).count()
    if (len(accepted), len(done), applied) != (runs, runs * TARGETS, runs * TARGETS):
        row.failures.append(f"{len(accepted)} runs, {len(done)} done targets, {applied} applied, for {runs} requests")


def _control(webs: Webs, company: Company, secret: str, watch: Watch, accepted: list[SyncRun]) -> str:
    """What the check must see: requests while both servers are away, and a target that was applied twice."""
    for server in webs.servers:
        os.kill(server.pid, signal.SIGTERM)
    for server in webs.servers:
        _wait(server.has_ended)
    away = Webs(webs.stage, ports=webs.ports)
    away.accept(secret, [company.children[0].slug], 0)
    target = SyncTarget.objects.filter(run=accepted[0]).first()
    assert target is not None
    record("target.applied", administration=target.administration, target=str(target.pk))
    doubled = patiently(lambda: watch.judge(accepted[:1])).doubled
    assert away.failed and doubled, "what counts failures and doubles does not see them"
    return "2 of 2 planted seen"


def _attempts(accepted: list[SyncRun]) -> dict[int, int]:
    counted = Counter(SyncTarget.objects.filter(run__in=accepted).values_list("attempts", flat=True))
    return dict(sorted(counted.items()))
