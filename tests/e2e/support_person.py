"""Somebody of support, who signs in with the code of an app."""

import subprocess
import sys
from collections.abc import Callable

from django_otp.oath import totp
from playwright.sync_api import StorageState

from local_servers.processes import PROJECT

from .visitor import Visitor

SUPPORT = "toegang@eenlijn.example"
MAKE = f"""
from django_otp.plugins.otp_totp.models import TOTPDevice
from accounts.models import User
from accounts.support_rights import SupportRight
user = User.objects.filter(email="{SUPPORT}").first() or User.objects.create_user(
    "{SUPPORT}", "demo", name="Toegang", is_staff=True, support_rights=list(SupportRight.values))
TOTPDevice.objects.filter(user=user).delete()
print(TOTPDevice.objects.create(user=user, name="app", confirmed=True).key)
"""


def signed_in_support(visit: Callable[..., Visitor], sessions: dict[str, StorageState]) -> None:
    """Make the account and keep its cookies, so that `visit` opens a browser in which it has signed in."""
    if SUPPORT in sessions:
        return
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", MAKE]
    key = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    visitor = visit()
    visitor.open("/account/sign-in/?next=/admin/")
    visitor.sign_in(SUPPORT)
    visitor.page.locator("input[name=code]").fill(f"{totp(bytes.fromhex(key)):06d}")
    visitor.page.locator("main form button.primary").click()
    visitor.page.wait_for_url("**/admin/")
    sessions[SUPPORT] = visitor.context.storage_state()
