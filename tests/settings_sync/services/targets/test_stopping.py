"""Real processes that are asked to stop: what is in hand is finished, or given back at once for another worker."""

import http.client
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import connection

from local_servers.processes import Started, Supervisor, free_port
from local_servers.servers import environment_for
from reference_data.models import WorkType
from settings_sync.engine.applying.connections import close_sync_connection
from settings_sync.engine.triggers import EDIT_LOCK
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.services.runs.runs import start_run
from settings_sync.services.runs.waking import APPLY_TARGET
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import inside
from tenants.tokens import create_api_token
from tests.contracts.world import Company, make_company
from tests.template_database import with_path
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.usefixtures("db")

REDIS_DATABASE = "12"
STOPS_WITHIN_SECONDS = 1.5
ADDRESSES = ("SECRET_KEY", "PG_DUMP")
WORKER = [
    "-m",
    "celery",
    "-A",
    "config",
    "--quiet",
    "worker",
    "--pool",
    "prefork",
    "--concurrency",
    "3",
    "--loglevel",
    "INFO",
]
WORKER += ["--prefetch-multiplier", "1", "--without-gossip", "--without-mingle", "--without-heartbeat"]
REAPER = ["manage.py", "run_reaper"]
WEB = ["-m", "gunicorn", "config.wsgi:application", "-c", "python:config.web_server", "--workers", "1"]


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@dataclass
class Stage:
    """Processes of the product on the database of the tests; a point that is set holds whoever reaches it first."""

    folder: Path
    supervisor: Supervisor = field(default_factory=Supervisor)
    port: int = field(default_factory=free_port)

    def environment(self, points: str, **more: str) -> dict[str, str]:
        """`points` names the folder in which the failpoints of this process are set."""
        database = connection.settings_dict["NAME"]
        addresses = {name: os.environ[name] for name in ADDRESSES if name in os.environ}
        addresses |= {name: with_path(os.environ[name], database) for name in ("DATABASE_URL", "SYNC_DATABASE_URL")}
        addresses["REDIS_URL"] = with_path(os.environ["REDIS_URL"], REDIS_DATABASE)
        addresses["EENLIJN_FAILPOINTS"] = str(self.folder / points)
        addresses["EENLIJN_SHUTDOWN_SECONDS"] = str(STOPS_WITHIN_SECONDS)
        return environment_for({**addresses, **more}, base_url=f"http://127.0.0.1:{self.port}", demo=True)

    def start(self, name: str, command: list[str], **more: str) -> Started:
        return self.supervisor.start(
            name,
            [sys.executable, *command],
            log=self.folder / f"{name}.log",
            environment=self.environment(name, **more),
        )

    @contextmanager
    def held(self, process: str, point: str) -> Iterator[Path]:
        """Whoever reaches the point waits there until the note is gone."""
        (self.folder / process).mkdir(exist_ok=True)
        note = self.folder / process / f"{point}.reached"
        (self.folder / process / point).write_text("wait")
        yield note
        (self.folder / process / point).unlink(missing_ok=True)
        note.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    company = make_company()
    with inside(company.main):
        WorkType.objects.create(name="Storing")
    return company


@pytest.fixture(scope="module")
def stage(standing: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Where they are started; nothing of it outlives the module."""
    stage = Stage(tmp_path_factory.mktemp("stopping"))
    yield stage
    stage.supervisor.stop_all(at_most=1)
    close_sync_connection()


def accept(company: Company, *names: str) -> list[SyncTarget]:
    """Targets of one run, each of a new administration; no worker here is woken for them."""
    children = [company.child(name) for name in names]
    plan = company.plan(*children, categories=["reference_data"])
    run = start_run(acting_user=company.owner, plan=plan, version=plan.version)
    return [run.targets.get(administration=child) for child in children]


def wake(stage: Stage, target: SyncTarget) -> None:
    with current_app.connection_for_write(stage.environment("worker")["REDIS_URL"]) as broker:
        current_app.send_task(APPLY_TARGET, args=[str(target.pk)], connection=broker)


def ask_to_stop(started: Started) -> None:
    os.kill(started.pid, signal.SIGTERM)


def state_of(target: SyncTarget) -> tuple[str, int, Any]:
    target.refresh_from_db()
    return target.state, target.attempts, target.lease_token


def waits_for_lock(child: Administration) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory' AND objid = hashtext(%s)::oid",
            [child.schema_name],
        )
        return cursor.fetchone() is not None


@contextmanager
def edited(child: Administration) -> Iterator[None]:
    """Somebody is in the middle of an edit, so that a sync of this administration waits in a statement."""
    lock = [EDIT_LOCK, child.schema_name]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", lock)
        yield
        cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", lock)


def test_a_worker_finishes_what_it_can_and_gives_back_the_rest_for_the_next(stage: Stage, company: Company) -> None:
    quick, writing, waiting = accept(company, "Snel", "Schrijft", "Wacht")
    worker = stage.start("worker", WORKER, SYNC_LOCK_TIMEOUT_MS="30000")
    with stage.held("worker", "apply.after-locks") as quick_waits:
        wake(stage, quick)
        until(quick_waits.exists)
        with stage.held("worker", "apply.before-commit") as written, edited(waiting.administration):
            wake(stage, writing)
            until(written.exists)
            wake(stage, waiting)
            until(lambda: waits_for_lock(waiting.administration))
            ask_to_stop(worker)
            quick_waits.unlink()
            assert worker.process.wait(PATIENCE_SECONDS) == 0, worker.tail()
    assert state_of(quick) == ("succeeded", 1, None)
    assert [state_of(target) for target in (writing, waiting)] == [("queued", 0, None)] * 2
    with current_app.connection_for_read(stage.environment("worker")["REDIS_URL"]) as broker:
        assert broker.default_channel.client.llen("celery") >= 2, "nobody else was woken for what was given back"
    assert execute_target(writing.pk)
    assert execute_target(waiting.pk)
    assert SyncRun.objects.get(pk=quick.run_id).state == SyncRun.State.SUCCEEDED


def test_a_reaper_gives_back_what_it_is_busy_with(stage: Stage, company: Company) -> None:
    (target,) = accept(company, "Bij de opruimer")
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    with stage.held("reaper", "apply.before-commit") as written:
        reaper = stage.start("reaper", REAPER, REDIS_URL=nowhere)
        until(written.exists)
        ask_to_stop(reaper)
        assert reaper.process.wait(PATIENCE_SECONDS) == 0, reaper.tail()
    assert state_of(target) == ("queued", 0, None)
    assert execute_target(target.pk)


def test_a_web_server_answers_what_it_was_asked_and_nothing_new(stage: Stage, company: Company) -> None:
    child = company.child("Per verzoek")
    _token, secret = create_api_token(email=company.owner.email, administration=company.main.slug, scopes=["sync:run"])
    web = stage.start("web", [*WEB, "--bind", f"127.0.0.1:{stage.port}"])
    until(lambda: not web.has_ended() and answers(stage.port))
    answer: list[int] = []
    asking = threading.Thread(target=lambda: answer.append(post_run(stage.port, secret, child.slug)))
    with stage.held("web", "run.before-commit") as accepting:
        asking.start()
        until(accepting.exists)
        ask_to_stop(web)
        until(lambda: not answers(stage.port))
        assert not web.has_ended()
        accepting.unlink()
        asking.join(PATIENCE_SECONDS)
    assert answer == [202]
    assert web.process.wait(PATIENCE_SECONDS) == 0, web.tail()
    assert SyncTarget.objects.filter(administration=child).count() == 1


def answers(port: int) -> bool:
    try:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        asked.request("GET", "/healthz")
        return asked.getresponse().status == 200
    except OSError:
        return False


def post_run(port: int, secret: str, slug: str) -> int:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", "Idempotency-Key": "stop"}
    asked.request("POST", "/api/v1/runs/", json.dumps({"targets": [slug], "categories": ["reference_data"]}), headers)
    return asked.getresponse().status
