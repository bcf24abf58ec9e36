"""The quick start of the API names the reader's own administrations, and its commands work as they stand."""

import json
import re
import shlex
from html import unescape

import pytest
from django.test import Client

from accounts.models import Scope
from tenants.rights import EMPLOYEE_ROLE
from tenants.tokens import create_own_token
from tests.conftest import make_member
from tests.settings_sync.views.conftest import browser

pytestmark = pytest.mark.usefixtures("committed")
COMMAND = re.compile(r'<pre id="command-[1-9]"[^>]*>(.*?)</pre>', re.DOTALL)


def commands_of(page: str) -> list[list[str]]:
    """The words of each command, as a shell takes them."""
    return [shlex.split(unescape(found).replace("\\\n", " ")) for found in COMMAND.findall(page)]


def carry_out(words: list[str], secret: str) -> tuple[int, dict[str, object]]:
    """Send what curl would send; the status and the answer."""
    client, headers, body, method = Client(), {}, "", "GET"
    rest = iter(words[1:-1])
    for word in rest:
        value = next(rest)
        if word == "-X":
            method = value
        elif word == "-d":
            body = value
        else:
            name, _, content = value.partition(": ")
            headers[name] = content.replace("$EENLIJN_TOKEN", secret)
    address = words[-1].partition("/api/")[2]
    answer = client.generic(method, f"/api/{address}", body, content_type="application/json", headers=headers)
    return answer.status_code, json.loads(answer.content)


def test_the_four_commands_do_a_first_sync(owner, main, child, owner_client):
    make_member(child, user=owner)
    page = owner_client.get("/api/v1/docs/").content.decode()
    assert f"/a/{main.slug}/settings/tokens/new/" in page
    commands = commands_of(page)
    assert len(commands) == 4
    assert all(child.slug in " ".join(words) for words in commands[1:3])
    scopes = [Scope.SETTINGS_READ, Scope.SYNC_PREVIEW, Scope.SYNC_RUN]
    _token, secret = create_own_token(acting_user=owner, main=main, scopes=scopes)
    answers = [carry_out(words, secret) for words in commands]
    assert [status for status, _body in answers] == [200, 201, 202, 200]
    again_status, again = carry_out(commands[2], secret)
    assert (again_status, again["id"]) == (202, answers[2][1]["id"]), "the key makes it one run"
    assert answers[3][1]["results"][0]["id"] == answers[2][1]["id"]


def test_who_has_not_signed_in_reads_made_up_names(main, child):
    page = Client().get("/api/v1/docs/").content.decode()
    assert child.slug not in page
    assert main.slug not in page
    assert "van-dijk-oost" in page


def test_who_may_make_no_token_is_not_led_to_a_refusal(main, child):
    employee = make_member(main, role=EMPLOYEE_ROLE)
    page = browser(employee).get("/api/v1/docs/").content.decode()
    assert "/settings/tokens/new/" not in page
    assert "Ask an administrator." in page
    assert "/sign-in/" not in page
