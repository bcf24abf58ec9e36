"""The second factor: asked after the password, taken once, never guessed; and needed by support."""

import re
import time
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.second_factor import (
    BACKUP_CODES,
    WaitForCode,
    WrongCode,
    backup_codes_left,
    begin_enrolment,
    check_code,
    confirm_enrolment,
    has_second_factor,
    reset_second_factor,
)
from accounts.support_rights import SupportRight
from audit.models import AuditEntry
from tests.contracts.world import in_threads

pytestmark = pytest.mark.django_db(transaction=True)
SIGN_IN, CODE, SECURITY = "/account/sign-in/", "/account/code/", "/account/security/"
PASSWORD = "a good password"


@pytest.fixture(autouse=True)
def in_english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def person() -> User:
    return User.objects.create_user("anneke@van-dijk.example", PASSWORD, name="Anneke")


def code_of(device: TOTPDevice, later: int = 0) -> str:
    """What the app shows, so many codes later."""
    return f"{totp(device.bin_key, drift=later):06d}"


def switch_on(user: User) -> tuple[TOTPDevice, list[str]]:
    """A second factor; its first code has been taken."""
    device = begin_enrolment(user)
    confirmed, codes = confirm_enrolment(acting_user=user, code=code_of(device))
    return TOTPDevice.objects.get(pk=confirmed.pk), codes


def sign_in(client: Client, **more: str) -> Any:
    return client.post(SIGN_IN, {"email": "anneke@van-dijk.example", "password": PASSWORD, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_password_alone_lets_nobody_in(person: User) -> None:
    device, _codes = switch_on(person)
    client = Client()
    answer = sign_in(client, next="/a/van-dijk/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{CODE}?next=%2Fa%2Fvan-dijk%2F")
    assert not is_signed_in(client)
    answer = client.post(CODE, {"code": code_of(device, 1), "next": "/a/van-dijk/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/a/van-dijk/")
    assert is_signed_in(client)


def test_who_gave_no_password_is_asked_for_one(person: User) -> None:
    device, _codes = switch_on(person)
    client = Client()
    for answer in (client.get(CODE), client.post(CODE, {"code": code_of(device, 1)})):
        assert (answer.status_code, answer.headers["Location"]) == (302, SIGN_IN)
    sign_in(client)
    with mock.patch("time.time", return_value=time.time() + 601):
        assert client.get(CODE).headers["Location"] == SIGN_IN
    User.objects.update(is_active=False)
    assert client.post(CODE, {"code": code_of(device, 1)}).headers["Location"] == SIGN_IN
    assert not is_signed_in(client)


def test_a_code_works_once_and_so_does_a_backup_code(person: User) -> None:
    device, codes = switch_on(person)
    code = code_of(device, 1)
    assert check_code(person, f" {code[:3]} {code[3:]} ")
    with pytest.raises(WrongCode):
        check_code(person, code)
    assert check_code(person, codes[0].upper())
    assert backup_codes_left(person) == BACKUP_CODES - 1
    with pytest.raises(WrongCode):
        check_code(person, codes[0])


def test_wrong_codes_make_the_next_one_wait_however_many_at_once(person: User) -> None:
    device, _codes = switch_on(person)
    found = in_threads(*[lambda: check_code(person, "000000")] * 12)
    assert [type(one) for one in found].count(WrongCode) == 1
    assert [type(one) for one in found].count(WaitForCode) == 11
    with pytest.raises(WaitForCode, match="Wait"):
        check_code(person, code_of(device, 1))
    TOTPDevice.objects.update(throttling_failure_timestamp="2020-01-01T00:00Z")
    assert check_code(person, code_of(device, 1))


@pytest.mark.parametrize("typed", ["", "12345", "abc", "1234567", "０００000", "x" * 50, "' or 1=1", "a\0b"])
def test_what_is_no_code_is_refused(person: User, typed: str) -> None:
    switch_on(person)
    client = Client()
    sign_in(client)
    assert client.post(CODE, {"code": typed}).status_code == 200
    assert not is_signed_in(client)


def test_it_is_switched_on_with_a_picture_a_code_and_the_password(client: Client, person: User) -> None:
    client.force_login(person)
    page = client.get(f"{SECURITY}enable/").content.decode()
    assert "<svg" in page
    device = TOTPDevice.objects.get(user=person, confirmed=False)
    assert client.get(f"{SECURITY}enable/").status_code == 200
    assert TOTPDevice.objects.get() == device, "a reload shows the same key"
    for wrong in ({"code": "000000", "password": PASSWORD}, {"code": code_of(device), "password": "wrong"}):
        assert client.post(f"{SECURITY}enable/", wrong).status_code == 200
        TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
        assert not has_second_factor(person)
    answer = client.post(f"{SECURITY}enable/", {"code": code_of(device), "password": PASSWORD}, follow=True)
    shown = re.findall(r"<code class=\"shown-once\">([a-z0-9]{8})</code>", answer.content.decode())
    assert len(shown) == BACKUP_CODES
    assert shown[0] not in client.get(SECURITY).content.decode()
    assert check_code(person, shown[0])
    assert AuditEntry.objects.get(action="second_factor.enabled").actor == person


def test_new_codes_and_switching_off_take_a_code(client: Client, person: User) -> None:
    device, codes = switch_on(person)
    client.force_login(person)
    for page in ("codes", "disable"):
        assert client.post(f"{SECURITY}{page}/", {"code": "zzzzzzzz"}).status_code == 200
    assert has_second_factor(person)
    reset_throttle()
    answer = client.post(f"{SECURITY}codes/", {"code": code_of(device, 1)}, follow=True)
    assert codes[0] not in answer.content.decode()
    (new, *_rest) = re.findall(r"<code class=\"shown-once\">([a-z0-9]{8})</code>", answer.content.decode())
    assert client.post(f"{SECURITY}disable/", {"code": new}).status_code == 302
    assert not has_second_factor(person)
    assert backup_codes_left(person) == 0
    signed = Client()
    assert sign_in(signed).headers["Location"] == "/"


def reset_throttle() -> None:
    from django_otp.plugins.otp_static.models import StaticDevice

    StaticDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)


class TestSupport:
    @pytest.fixture(autouse=True)
    def needed(self, settings: Any) -> None:
        settings.STAFF_SECOND_FACTOR = True

    @pytest.fixture
    def staff(self, person: User) -> User:
        person.is_staff, person.support_rights = True, list(SupportRight.values)
        person.save()
        return person

    def test_the_admin_stays_closed_without_one(self, staff: User) -> None:
        client = Client()
        sign_in(client)
        answer = client.get("/admin/accounts/user/", follow=True)
        assert answer.redirect_chain[-1][0] == f"{SECURITY}?next=%2Fadmin%2Faccounts%2Fuser%2F"
        assert "Support works with a second factor." in answer.content.decode()

    def test_the_admin_opens_for_who_gave_a_code_and_for_no_other_session(self, staff: User) -> None:
        device, _codes = switch_on(staff)
        client = Client()
        sign_in(client)
        client.post(CODE, {"code": code_of(device, 1)})
        assert client.get("/admin/accounts/user/").status_code == 200
        other = Client()
        other.force_login(staff)
        assert other.get("/admin/accounts/user/").status_code == 302

    def test_there_is_no_other_door_to_the_admin(self, person: User) -> None:
        answer = Client().get("/admin/login/", {"next": "/admin/"})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{SIGN_IN}?next=%2Fadmin%2F")
        visitor = Client()
        answer = visitor.post("/admin/login/", {"username": person.email, "password": PASSWORD})
        assert answer.status_code == 302
        assert not is_signed_in(visitor)
        member = Client()
        member.force_login(person)
        assert member.get("/admin/", follow=True).status_code == 403


def test_who_lost_everything_is_let_in_again_by_support_or_in_the_terminal(person: User, capsys: Any) -> None:
    switch_on(person)
    rights = {"is_staff": True, "support_rights": list(SupportRight.values)}
    support = User.objects.create_user("support@eenlijn.example", PASSWORD, name="Support", **rights)
    assert reset_second_factor(acting_user=support, user=person)
    assert not reset_second_factor(acting_user=support, user=person)
    entry = AuditEntry.objects.get(action="second_factor.reset")
    assert (entry.actor, entry.on_behalf_of) == (support, person.email)
    switch_on(person)
    call_command("reset_second_factor", person.email.upper())
    assert "is off" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody@example.com")


def test_support_resets_it_in_the_admin(client: Client, person: User) -> None:
    switch_on(person)
    rights = {"is_staff": True, "support_rights": list(SupportRight.values)}
    support = User.objects.create_user("support@eenlijn.example", PASSWORD, name="Support", **rights)
    client.force_login(support)
    client.post("/admin/accounts/user/", {"action": "reset_second_factor", "_selected_action": [person.pk, support.pk]})
    assert not has_second_factor(person)
