"""What stands in the logs: JSON with ids, and nothing secret or personal, whoever logs it."""

import io
import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from django.db import IntegrityError

from accounts.models import User
from config.logs import HIDDEN
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from tenants.schemas import inside
from tests.conftest import make_member
from tests.settings_sync.views.conftest import make_form, make_plan

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What was written since, each line read as JSON."""
    written = io.StringIO()
    console = next(found for found in logging.getLogger().handlers if found.name == "console")
    monkeypatch.setattr(console, "stream", written)
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


PLANTED = {
    "password": "password=Zomer2026! for the import",
    "password in JSON": 'got {"password": "Zomer2026!"}',
    "token": "called with eenlijn_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmE",
    "header": "Authorization: Bearer Zm9vYmFyYmF6cXV4Zm9v",
    "webhook": "signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "address": "no answer from postgres://eenlijn:Zomer2026@db:5432/eenlijn",
    "iban": "refund to NL91ABNA0417164300 today",
    "spaced iban": "refund to NL91 ABNA 0417 1643 00 today",
    "e-mail": "mail to jan.jansen@klant.example bounced",
    "telephone": "called 06-12345678 and +31 20 1234567",
    "row": "duplicate key\nDETAIL:  Key (name)=(Jansen) already exists.",
    "row of more lines": "it fails\nDETAIL:  Failing row contains (7, Straat 1,\nten name van Jansen).\nHINT:  none",
    "statement": "it fails\nLINE 1: UPDATE x SET name = 'Jansen'\n                           ^",
    "value": 'invalid input syntax for type integer: "Jansen, J."',
    "context": "it fails\nCONTEXT:  JSON data, line 1: {\nunnamed portal parameter $1 = 'Jansen'",
    "spaced password": """got {'password': 'het is Zomer2026 vandaag', "wachtwoord": "Zomer2026 nu"}""",
    "message of the queue": "Unknown.\n\nThe full contents of the message body was:\nb'[[\"Jansen\"], {}]'",
    "encoded e-mail": "GET /x?to=jan.jansen%40klant.example",
    "key": "key of the second factor 3f1c0d9a77c2e4b8a1d20f6e5c4b3a2901234567",
    "key as shown": "type WWZH SVM3 Q6MT W5P2 D4L5 IKXC 6M6M ABNA in the app",
    "signature": "webhook-signature: v1,Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE=",
    "bracketed telephone": "called (020) 123 45 67 and +31 (0)6 12345678",
    "iban in small letters": "refund to nl91abna0417164300 today",
}
SECRETS = (
    "Zomer2026",
    "Zm9vYmFy",
    "MfKQ9r8G",
    "ABNA",
    "0417 1643",
    "04171643",
    "jansen",
    "Jansen",
    "12345678",
    "1234567",
    "123 45 67",
    "abna",
)


@pytest.mark.parametrize("leak", PLANTED)
@pytest.mark.parametrize("way", ["logging", "arguments", "structlog", "field", "exception"])
def test_a_planted_leak_is_hidden_however_it_is_logged(lines: Lines, leak: str, way: str) -> None:
    text = PLANTED[leak]
    log_it(way, text)
    (line,) = lines()
    written = json.dumps(line)
    assert not [secret for secret in SECRETS if secret in written]
    assert HIDDEN in written


def log_it(way: str, text: str) -> None:
    if way == "logging":
        logging.getLogger("planted").warning(text)
    elif way == "arguments":
        logging.getLogger("planted").error("It went wrong: %s", text)
    elif way == "structlog":
        structlog.get_logger("planted").warning(text)
    elif way == "field":
        structlog.get_logger("planted").warning("It went wrong", answer={"said": [text]})
    else:
        try:
            raise IntegrityError(text)
        except IntegrityError:
            logging.getLogger("planted").exception("It went wrong")


@pytest.mark.parametrize("name", ["password", "api_token", "client_secret", "Authorization", "email", "company_iban"])
def test_what_is_named_like_a_secret_is_hidden_whatever_it_is(lines: Lines, name: str) -> None:
    structlog.get_logger("planted").warning("It went wrong", **{name: "plain"}, given={name: "plain"})
    (line,) = lines()
    assert line[name] == line["given"][name] == HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        f"Target {uuid.UUID(int=2**127 + 12345678901234567890)} ended at 2026-11-22T18:00:00.123456Z in 0.123456 s",
        "GET /a/van-dijk/settings/tokens/ 200",
        "The broker is away (Error 111 connecting to 127.0.0.1:6379); the reaper will wake the workers.",
        "A lease could not be renewed: connection failed: server at 10.0.0.12, port 5432",
    ],
)
def test_what_operators_need_stays(lines: Lines, text: str) -> None:
    logging.getLogger("product").warning(text)
    (line,) = lines()
    assert line["event"] == text
    assert (line["level"], line["logger"]) == ("warning", "product")
    assert line["timestamp"].endswith("Z")


def test_a_traceback_shows_no_values(lines: Lines) -> None:
    def fail(password: str) -> None:
        raise RuntimeError("planted")

    try:
        fail("a-secret-" + "typed")
    except RuntimeError:
        structlog.get_logger("test").exception("request_failed")
    (line,) = lines()
    assert "RuntimeError: planted" in line["exception"]
    assert "a-secret-typed" not in json.dumps(line)


def test_what_people_search_for_is_not_logged(client: Any, lines: Lines) -> None:
    client.get("/healthz?q=Jansen", headers={"X-Forwarded-For": "10.1.2.3", "User-Agent": "Jansen"})
    (line,) = [found for found in lines() if found["event"] == "request_finished"]
    assert (line["request"], line["code"]) == ("GET /healthz", 200)
    assert uuid.UUID(line["request_id"])
    assert "Jansen" not in json.dumps(lines())
    assert "10.1.2.3" not in json.dumps(lines())


@pytest.mark.django_db(transaction=True)
def test_lines_of_a_request_and_of_work_name_request_administration_and_run(
    owner: User, main: Any, child: Any, owner_client: Any, lines: Lines
) -> None:
    make_member(child, user=owner)
    with inside(main):
        make_form("Onderhoud")
    plan = make_plan(owner, main, child)
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    execute_target(run.targets.get().pk)
    owner_client.get(f"/a/{main.slug}/settings/administrations/runs/{run.pk}/")
    told = {line["event"]: line for line in lines()}
    assert (told["Run accepted"]["run"], told["Run accepted"]["administration"]) == (str(run.pk), main.slug)
    assert (told["Target applied"]["run"], told["Target applied"]["administration"]) == (str(run.pk), child.slug)
    finished = told["request_finished"]
    assert (finished["run"], finished["administration"], finished["user_id"]) == (str(run.pk), main.slug, owner.pk)
