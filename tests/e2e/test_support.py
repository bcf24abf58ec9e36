"""The journeys of support: signing in with a second factor, helping a customer, acting on behalf of a user."""

import json
import subprocess
import sys
import uuid

import pytest
from django_otp.oath import totp
from playwright.sync_api import expect

from local_servers.processes import PROJECT

from .conftest import BEHEERDER

SUPPORT, WITHOUT_RIGHT = "sanne@eenlijn.example", "zonder-recht@eenlijn.example"
MAKE_PEOPLE_AND_A_FAILED_RUN = f"""
import json
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from accounts.models import User
from accounts.support_rights import SupportRight
from reference_data.models import WorkType
from settings_sync.models import SyncRun
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from tenants.models import Administration
from tenants.schemas import inside

rights = list(SupportRight.values)
sanne = User.objects.create_user("{SUPPORT}", "demo", name="Sanne", is_staff=True, support_rights=rights)
User.objects.create_user("{WITHOUT_RIGHT}", "demo", name="Zonder Recht", is_staff=True)
device = TOTPDevice.objects.create(user=sanne, name="app", confirmed=True)
owner, main = User.objects.get(email="{BEHEERDER}"), Administration.objects.get(slug="van-dijk")
with inside(main), transaction.atomic():
    work_type = WorkType.objects.create(name="Gaat mis")
plan = create_plan(acting_user=owner, main=main, targets=["van-dijk-service"], items=[work_type.uid])
with transaction.atomic():
    run = start_run(acting_user=owner, plan=plan, version=plan.version, note="Deze ging mis")
    ended = {{"state": "failed", "finished_at": timezone.now()}}
    run.targets.update(**ended, error_code="heads-differ", error_facts={{}})
    SyncRun.objects.filter(pk=run.pk).update(**ended)
print(json.dumps({{"run": str(run.pk), "key": device.key}}))
"""


@pytest.fixture(scope="module")
def made(base_url):
    """Somebody of support, somebody of staff without a right, and a run that failed."""
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", MAKE_PEOPLE_AND_A_FAILED_RUN]
    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return json.loads(printed.splitlines()[-1])


@pytest.fixture
def sanne(visit, sessions, made):
    """Support, signed in with the code of an app."""
    if SUPPORT in sessions:
        return visit(SUPPORT)
    visitor = visit()
    visitor.open("/account/sign-in/?next=/admin/")
    visitor.sign_in(SUPPORT)
    expect(visitor.page).to_have_url("/account/code/?next=%2Fadmin%2F")
    visitor.page.locator("input[name=code]").fill(f"{totp(bytes.fromhex(made['key'])):06d}")
    visitor.page.locator("main form button.primary").click()
    visitor.page.wait_for_url("**/admin/")
    sessions[SUPPORT] = visitor.context.storage_state()
    return visitor


def say_why(visitor, reason):
    visitor.page.locator("textarea[name=reason]").fill(reason)
    visitor.page.locator("#content form button[type=submit]").click()


def test_support_finds_a_failed_run_tries_it_again_and_sees_that_in_the_trail(sanne, made):
    page, reason = sanne.page, f"Zaak {uuid.uuid4().hex[:8]}"
    sanne.open("/admin/")
    expect(page.locator("#content")).to_contain_text("Van Dijk Service")
    page.locator("#support-search input").fill("Deze ging mis")
    page.locator("#support-search button").click()
    page.locator(f"a[href*='{made['run']}']").click()
    page.get_by_role("link", name=sanne.say("Try again …")).click()
    say_why(sanne, reason)
    page.wait_for_url(f"**/{made['run']}/change/")
    expect(page.locator("body")).to_contain_text(sanne.say("What failed or was stopped is tried again."))
    page.locator(f"a[href*='{made['run']}/trail']").click()
    retried = page.locator("#result_list tr", has_text=reason)
    expect(retried).to_contain_text(sanne.say("tried a sync again"))
    expect(retried).to_contain_text("Sanne")


def test_support_acts_on_behalf_of_a_user_and_both_names_are_in_the_trail(sanne, made):
    page, reason, phone = sanne.page, f"Zaak {uuid.uuid4().hex[:8]}", f"010-{uuid.uuid4().int % 10**7:07d}"
    sanne.open(f"/admin/?q={BEHEERDER}")
    page.locator("#content").get_by_role("link", name=BEHEERDER).click()
    page.get_by_role("link", name=sanne.say("Act on behalf of this user …")).click()
    say_why(sanne, reason)
    page.wait_for_url("**/a/**")
    banner = page.locator(".acting")
    expect(banner).to_contain_text("Sanne")
    expect(banner).to_contain_text("Beheerder Van Dijk")
    sanne.open("/a/van-dijk-service/settings/company/")
    page.locator("input[name=company_phone]").fill(phone)
    page.locator("main form button.primary").click()
    expect(page.locator(".messages")).to_contain_text(sanne.say("The company details are saved."))
    sanne.open("/account/security/", refused=403)
    expect(banner).to_be_visible()
    banner.get_by_role("button").click()
    page.wait_for_url("**/admin/accounts/user/**")
    sanne.open("/a/van-dijk-service/", refused=404)
    expect(banner).to_have_count(0)
    changed, started = "changed the company details", "started to act on behalf of a user"
    for asked, words in (("company_details.changed", changed), (reason, started)):
        sanne.open(f"/admin/audit/auditentry/?q={asked}")
        entry = page.locator("#result_list tr", has_text=sanne.say(words)).first
        expect(entry).to_contain_text("Sanne")
        expect(entry).to_contain_text("Beheerder Van Dijk")


def test_staff_without_a_right_sees_nothing(visit, made):
    visitor = visit(WITHOUT_RIGHT)
    for address in ("/admin/", "/admin/settings_sync/syncrun/", f"/admin/settings_sync/syncrun/{made['run']}/retry/"):
        visitor.refusals.add("/admin/login/?next=" + address)
        answer = visitor.page.goto(address)
        assert answer.status == 403
        expect(visitor.page.locator("body")).not_to_contain_text("Van Dijk")
