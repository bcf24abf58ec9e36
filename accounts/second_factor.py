"""The second factor: a code of an app on one's telephone, and backup codes for when that is lost (django-otp).

Codes are six digits (RFC 6238), a new one every 30 seconds; each is taken once. Wrong codes make the next one wait 1,
2, 4 … seconds, counted in the row of the device, which is locked meanwhile: guesses at one instant do not pass
together.
"""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from .acting import refuse_while_acting
from .models import User
from .trail import tell

BACKUP_CODES = 10
APP = "app"
BACKUP = "backup"
CODE_OF_APP = re.compile(r"[0-9]{6}")
NOT_SAID = re.compile(r"[\s-]+")


class WrongCode(Exception):
    """The code is not right, or was used already."""

    def __str__(self) -> str:
        return _("This code is not right any more. Wait for the next one in your app, or use a backup code.")


class WaitForCode(WrongCode):
    """There were wrong codes just now; the next one is not even looked at before `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__()

    def __str__(self) -> str:
        seconds = max(1, round((self.until - timezone.now()).total_seconds()))
        return ngettext(
            "There were wrong codes. Wait %d second and try again.",
            "There were wrong codes. Wait %d seconds and try again.",
            seconds,
        ) % (seconds,)


def has_second_factor(user: User) -> bool:
    """Whether signing in takes a code besides the password."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def needs_second_factor(user: User) -> bool:
    """Whether the user may do nothing as support before there is a second factor."""
    return user.is_staff and settings.STAFF_SECOND_FACTOR


def is_verified_enough(user: Any) -> bool:
    """Whether somebody has signed in with all that signing in takes of them."""
    return bool(user.is_authenticated and (user.is_verified() or not needs_second_factor(user)))


def backup_codes_left(user: User) -> int:
    """How many backup codes have not been used."""
    return StaticToken.objects.filter(device__user=user, device__confirmed=True).count()


@transaction.atomic
def begin_enrolment(user: User) -> TOTPDevice:
    """The device that waits to be confirmed: the same one until then, so that a reload shows the same key."""
    refuse_while_acting()
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    found = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return found or TOTPDevice.objects.create(user=user, name=APP, confirmed=False)


@transaction.atomic
def confirm_enrolment(*, acting_user: User, code: str) -> tuple[TOTPDevice, list[str]]:
    """Switch it on when the app gives the right code. Returns the device and the backup codes; raises WrongCode."""
    refuse_while_acting()
    waiting = TOTPDevice.objects.select_for_update().filter(user=acting_user, confirmed=False).first()
    if waiting is None:
        raise WrongCode
    _verify(waiting, _plain(code))
    TOTPDevice.objects.filter(user=acting_user, confirmed=True).delete()
    waiting.confirmed = True
    waiting.save(update_fields=["confirmed"])
    tell("second_factor.enabled", actor=acting_user)
    return waiting, _make_backup_codes(acting_user)


def check_code(user: User, code: str) -> Device:
    """The device that gave this code. Raises WrongCode or WaitForCode; a backup code works once."""
    plain = _plain(code)
    kind = TOTPDevice if CODE_OF_APP.fullmatch(plain) else StaticDevice
    # The count of wrong codes must stay: what is raised is raised outside the transaction.
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
        refusal = WrongCode() if device is None else _refusal(device, plain)
    if refusal is not None:
        raise refusal
    assert device is not None
    return device


def make_backup_codes(*, acting_user: User, code: str) -> list[str]:
    """New backup codes in place of the former ones. Raises WrongCode."""
    refuse_while_acting()
    check_code(acting_user, code)
    with transaction.atomic():
        tell("second_factor.backup_codes_made", actor=acting_user)
        return _make_backup_codes(acting_user)


def remove_second_factor(*, acting_user: User, code: str) -> None:
    """Switch it off. Raises WrongCode."""
    refuse_while_acting()
    check_code(acting_user, code)
    with transaction.atomic():
        _remove(acting_user)
        tell("second_factor.disabled", actor=acting_user)


def reset_second_factor(*, acting_user: User | None, user: User) -> bool:
    """Switch it off for somebody who lost everything: by support or in the terminal. Returns whether there was one."""
    with transaction.atomic():
        was_on = has_second_factor(user)
        _remove(user)
        if was_on:
            tell("second_factor.reset", actor=acting_user, on_behalf_of=user.email)
    return was_on


def _verify(device: TOTPDevice | StaticDevice, code: str) -> None:
    refusal = _refusal(device, code)
    if refusal is not None:
        raise refusal


def _refusal(device: TOTPDevice | StaticDevice, code: str) -> WrongCode | None:
    is_allowed, why_not = device.verify_is_allowed()
    if not is_allowed:
        return WaitForCode(why_not["locked_until"])
    return None if device.verify_token(code) else WrongCode()


def _make_backup_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=BACKUP)
    codes = [StaticToken.random_token() for _number in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _remove(user: User) -> None:
    for kind in (TOTPDevice, StaticDevice):
        kind.objects.filter(user=user).delete()


def _plain(code: str) -> str:
    """As people type it, with spaces or capitals, to what is stored."""
    return NOT_SAID.sub("", code).lower().replace("\0", "")[:32]
