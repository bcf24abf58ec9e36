"""Acting on behalf of a user: who may, for how long, what stays closed, and both names in the trail."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.acting import (
    Acting,
    ActingRefused,
    NotWhileActing,
    ReasonToActMissing,
    acting_as,
    begin_acting,
    find_acting,
    may_act_for,
    written_name,
)
from accounts.models import ActingSession, User
from accounts.second_factor import begin_enrolment
from accounts.support_rights import SupportRight
from audit.models import AuditEntry
from reference_data.models import WorkType
from settings_sync.models import SyncRun
from settings_sync.services.targets.reaping import reap
from settings_sync.services.targets.targets import execute_target
from sync_ledger.models import Edit
from tenants.administrations import create_administration, work_on_administration
from tenants.schemas import inside
from tenants.tokens import create_own_token, revoke_token_of
from tests.accounts.test_second_factor import switch_on
from tests.conftest import make_member
from tests.contracts.world import Company, make_company
from webhooks.services.endpoints import create_endpoint, rotate_secret

pytestmark = pytest.mark.usefixtures("db")
END, REASON = "/account/acting/end/", "Zaak 12: formulier valt weg"


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(autouse=True)
def in_english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company("Van Dijk")


@pytest.fixture(scope="module")
def support(standing: None) -> User:
    rights = list(SupportRight.values)
    return User.objects.create_user("support@example.com", "demo", name="Sanne", is_staff=True, support_rights=rights)


@pytest.fixture(autouse=True)
def nothing_goes_on(db: None) -> Iterator[None]:
    yield
    ActingSession.objects.all().delete()


@pytest.fixture
def browser(support: User) -> Client:
    client = Client()
    client.force_login(support)
    return client


def begin(browser: Client, user: User, reason: str = REASON) -> Any:
    return browser.post(reverse("admin:accounts_user_act_on_behalf", args=[user.pk]), {"reason": reason})


def end_the_time() -> None:
    ActingSession.objects.update(ends_at=Now() - timedelta(seconds=1))


def make_work_type(browser: Client, company: Company, name: str) -> Any:
    address = f"/a/{company.main.slug}/settings/reference/work-types/new/"
    return browser.post(address, {"name": name, "default_minutes": "60", "is_active": "on"})


def test_support_acts_and_the_trail_names_both(browser: Client, support: User, company: Company) -> None:
    owner = company.owner
    assert "act-on-behalf" in browser.get(reverse("admin:accounts_user_change", args=[owner.pk])).content.decode()
    assert begin(browser, owner).headers["Location"] == "/"
    home = browser.get("/", follow=True).content.decode()
    assert f"<strong>{support}</strong> acts on behalf of <strong>{owner}</strong>" in home
    assert "30 min left" in home
    assert make_work_type(browser, company, "Namens").status_code == 302
    with inside(company.main):
        assert WorkType.objects.filter(name="Namens").exists()
        assert set(Edit.objects.filter(label="Namens").values_list("by_name", flat=True)) == {f"Sanne ({owner})"}
    saved = f"/a/{company.main.slug}/settings/company/"
    browser.post(saved, {"name": "x", "company_name": "Van Dijk BV"})
    changed = AuditEntry.objects.get(action="company_details.changed")
    assert (changed.actor, changed.actor_name, changed.on_behalf_of) == (support, "Sanne", str(owner))
    assert browser.post(END).headers["Location"] == reverse("admin:accounts_user_change", args=[owner.pk])
    assert browser.get("/admin/").status_code == 200
    assert browser.get(f"/a/{company.main.slug}/").status_code == 404, "support itself is no member"
    trail = {
        entry.action: entry for entry in AuditEntry.objects.filter(action__startswith="acting.", data__user=owner.email)
    }
    assert set(trail) == {"acting.started", "acting.ended"}
    for entry in trail.values():
        assert (entry.actor, entry.on_behalf_of, entry.data["user"]) == (support, str(owner), owner.email)
    assert trail["acting.started"].note == REASON


def test_a_run_of_the_meantime_names_both_to_its_end(browser: Client, support: User, company: Company) -> None:
    child = company.child("Noord")
    begin(browser, company.owner)
    make_work_type(browser, company, "Uit de hoofdadministratie")
    chosen = f"/a/{company.main.slug}/settings/administrations/sync/"
    answer = browser.post(chosen, {"do": "preview", "to": child.slug, "category": "reference_data"}, follow=True)
    plan = answer.redirect_chain[-1][0]
    version = answer.context["plan"].version
    browser.post(plan, {"version": version, "note": "Voor de klant"})
    run = SyncRun.objects.get(targets__administration=child)
    assert (run.requested_by, run.on_behalf_of) == (support, str(company.owner))
    execute_target(run.targets.get().pk)
    ours = Q(action="run.started", data__run=str(run.pk)) | Q(
        action="target.applied", data__target=str(run.targets.get().pk)
    )
    entries = AuditEntry.objects.filter(ours)
    assert {(row.actor, row.on_behalf_of) for row in entries} == {(support, str(company.owner))}
    assert entries.count() == 2


def test_a_sub_administration_of_the_meantime_starts_with_both_names(support: User, company: Company) -> None:
    with acting_as(make_acting(support, company.owner)):
        made = create_administration(
            acting_user=company.owner, main=company.main, name="Nieuw", start_from=["reference_data"]
        )
    work_on_administration(made.pk)
    run = SyncRun.objects.get(targets__administration=made)
    assert (run.requested_by, run.on_behalf_of) == (support, str(company.owner))


def make_acting(staff: User, user: User) -> Acting:
    row = begin_acting(acting_user=staff, user=user, reason=REASON)
    found = find_acting(row.pk, staff)
    assert found is not None
    return found


def test_only_support_with_the_right_and_never_for_support_or_the_closed(support: User, company: Company) -> None:
    others = [right for right in SupportRight.values if right != SupportRight.ACT]
    without = User.objects.create_user("zonder@example.com", "x", is_staff=True, support_rights=others)
    colleague = User.objects.create_user("collega@example.com", "x", is_staff=True, support_rights=others)
    boss = User.objects.create_superuser("baas@example.com", "x")
    closed = make_member(company.main)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    closed.refresh_from_db()
    pairs = [(without, company.owner), (company.owner, make_member(company.main)), (support, support)]
    pairs += [(support, colleague), (support, boss), (support, closed), (boss, support)]
    for staff, user in pairs:
        assert not may_act_for(staff, user)
        with pytest.raises(ActingRefused):
            begin_acting(acting_user=staff, user=user, reason=REASON)
        client = Client()
        client.force_login(staff)
        assert begin(client, user).status_code in (302, 403)
        assert "acting" not in client.session
    assert may_act_for(boss, company.owner)
    assert not ActingSession.objects.filter(staff__in=[without, company.owner]).exists()
    client.force_login(without)
    page = client.get(reverse("admin:accounts_user_change", args=[company.owner.pk])).content.decode()
    assert "act-on-behalf" not in page


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_it_takes_a_reason(browser: Client, support: User, company: Company, reason: str) -> None:
    answer = begin(browser, company.owner, reason)
    assert answer.status_code == 200
    assert "acting" not in browser.session
    with pytest.raises(ReasonToActMissing):
        begin_acting(acting_user=support, user=company.owner, reason=reason)
    assert not ActingSession.objects.exists()


def test_without_the_second_factor_it_neither_begins_nor_goes_on(
    browser: Client, support: User, company: Company, settings: Any
) -> None:
    begin(browser, company.owner)
    settings.STAFF_SECOND_FACTOR = True
    assert browser.get("/", follow=True).status_code == 403
    browser.post(END)
    assert begin(browser, company.owner).headers["Location"].startswith("/admin/login/")
    device, _codes = switch_on(support)
    session = browser.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    assert begin(browser, company.owner).headers["Location"] == "/"
    assert browser.get(f"/a/{company.main.slug}/").status_code == 200
    browser.post(END)
    assert browser.get("/admin/").status_code == 200, "the second factor of support stays given"
    device.delete()


@pytest.mark.parametrize("why", ["over", "ended elsewhere", "right taken away", "user closed", "user became staff"])
def test_what_is_not_going_on_any_more_is_refused_until_it_is_ended(
    browser: Client, support: User, company: Company, why: str
) -> None:
    user = make_member(company.main)
    begin(browser, user)
    if why == "over":
        end_the_time()
    if why == "ended elsewhere":
        ActingSession.objects.update(ended_at=Now())
    if why == "right taken away":
        User.objects.filter(pk=support.pk).update(support_rights=[SupportRight.LOOK])
    User.objects.filter(pk=user.pk).update(is_active=why != "user closed", is_staff=why == "user became staff")
    for address in (f"/a/{company.main.slug}/", "/", "/admin/", "/account/security/"):
        assert browser.get(address).status_code == 403, address
    assert make_work_type(browser, company, f"Te laat: {why}").status_code == 403
    part = browser.get("/", headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    browser.post(END)
    assert browser.get("/admin/").status_code == 200
    User.objects.filter(pk=support.pk).update(support_rights=list(SupportRight.values))
    with inside(company.main):
        assert not WorkType.objects.filter(name=f"Te laat: {why}").exists()


def test_what_is_the_users_own_stays_closed(browser: Client, support: User, company: Company) -> None:
    owner, main = company.owner, company.main
    token, secret = create_own_token(acting_user=owner, main=main, scopes=["settings:read"])
    endpoint = create_endpoint(acting_user=owner, main=main, url="https://example.com/", events=["run.finished"])
    begin(browser, owner)
    hook = f"/a/{main.slug}/settings/webhooks/"
    pages = [
        "/account/security/",
        "/account/security/enable/",
        "/account/security/codes/",
        "/account/security/disable/",
    ]
    pages += [f"/a/{main.slug}/settings/tokens/new/", f"{hook}new/", f"{hook}{endpoint.pk}/rotate/", "/admin/"]
    for page in pages:
        assert browser.get(page, follow=True).status_code == 403, page
        assert browser.post(page, {"code": "123456"}, follow=True).status_code == 403, page
    assert browser.post(f"/a/{main.slug}/settings/tokens/{token.pk}/revoke/").status_code == 403
    said = browser.get("/account/security/").content.decode()
    assert "not touched on behalf of them" in said
    assert "acts on behalf of" in said, "also a page for an error has the banner"
    assert "acts on behalf of" in browser.get("/api/v1/docs/").content.decode()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert browser.get("/api/v1/administrations/").status_code == 401
    assert browser.get("/api/v1/administrations/", headers=bearer).status_code == 403
    assert begin(browser, make_member(main)).status_code in (302, 403), "nested"
    assert ActingSession.objects.get().user == owner
    with acting_as(make_acting(support, owner)):
        attempts = [
            lambda: create_own_token(acting_user=owner, main=main, scopes=["settings:read"]),
            lambda: revoke_token_of(acting_user=owner, token=token),
            lambda: create_endpoint(acting_user=owner, main=main, url="https://example.com/", events=["run.finished"]),
            lambda: rotate_secret(acting_user=owner, endpoint=endpoint),
            lambda: begin_enrolment(owner),
            lambda: begin_acting(acting_user=support, user=owner, reason=REASON),
        ]
        for attempt in attempts:
            with pytest.raises(NotWhileActing):
                attempt()
        assert written_name(owner) == f"Sanne ({owner})"
    assert written_name(owner) == str(owner)


def test_one_session_shows_nothing_of_the_other(browser: Client, company: Company) -> None:
    session = browser.session
    session["something"] = "of support"
    session.save()
    begin(browser, company.owner)
    assert "something" not in browser.session
    browser.get(f"/a/{company.main.slug}/")
    assert "last_administration" in browser.session
    key = browser.session.session_key
    browser.post(END)
    assert "last_administration" not in browser.session
    assert browser.session.session_key != key


def endings() -> list[tuple[str, str, str]]:
    """Who ended acting on whose behalf, and how, in the trail."""
    told = AuditEntry.objects.filter(action="acting.ended").order_by("at")
    return [(entry.actor_name, entry.on_behalf_of, entry.data["how"]) for entry in told]


@pytest.mark.parametrize(
    ("why", "how"), [("over", "time"), ("right taken away", "not_allowed"), ("support closed", "not_allowed")]
)
def test_what_ended_by_itself_is_told_once_at_the_next_request(
    browser: Client, support: User, company: Company, why: str, how: str
) -> None:
    user, before = make_member(company.main), len(endings())
    begin(browser, user)
    if why == "over":
        end_the_time()
    rights = [SupportRight.LOOK] if why == "right taken away" else list(SupportRight.values)
    User.objects.filter(pk=support.pk).update(support_rights=rights, is_active=why != "support closed")
    for address in ("/", "/admin/", f"/a/{company.main.slug}/"):
        browser.get(address)
    browser.post(END)
    User.objects.filter(pk=support.pk).update(support_rights=list(SupportRight.values), is_active=True)
    assert endings()[before:] == [("Sanne", str(user), how)]
    row = ActingSession.objects.get()
    assert row.ended_at is not None
    assert row.ended_at <= row.ends_at, "no longer than it could be used"


def test_what_nobody_comes_back_to_is_ended_by_the_reaper(browser: Client, company: Company) -> None:
    user, before = make_member(company.main), len(endings())
    begin(browser, user)
    reap()
    assert endings()[before:] == [], "it is still going on"
    end_the_time()
    reap(), reap()
    assert endings()[before:] == [("Sanne", str(user), "time")]
    assert browser.get("/").status_code == 403
    assert len(endings()) == before + 1


@pytest.mark.parametrize("door", ["/account/sign-out/", "/admin/logout/"])
def test_signing_out_by_either_door_is_told(browser: Client, company: Company, door: str) -> None:
    user, before = make_member(company.main), len(endings())
    begin(browser, user)
    assert browser.post(door).status_code == 302
    assert endings()[before:] == [("Sanne", str(user), "signed_out")]
    assert browser.get("/admin/").status_code == 302, "nobody is signed in any more"


def test_lines_of_the_log_tell_both_by_number_alone(
    browser: Client, support: User, company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    begin(browser, company.owner)
    caplog.clear()
    browser.get(f"/a/{company.main.slug}/")
    browser.post(END)
    browser.get("/admin/")
    told = [record.msg for record in caplog.records if record.msg["event"] == "request_finished"]
    ids = [(line["user_id"], line.get("acting_user_id")) for line in told]
    assert ids == [(company.owner.pk, support.pk), (company.owner.pk, support.pk), (support.pk, None)]
    assert [name for name in ("Sanne", str(company.owner), company.owner.email) if name in caplog.text] == []


def test_beginning_again_and_signing_out_end_what_was_going_on(
    browser: Client, support: User, company: Company
) -> None:
    before = len(endings())
    begin(browser, company.owner)
    elsewhere = Client()
    elsewhere.force_login(support)
    begin(elsewhere, company.owner)
    assert browser.get("/", follow=True).status_code == 403
    elsewhere.post("/account/sign-out/")
    assert not ActingSession.objects.filter(ended_at=None).exists()
    assert [how for _who, _whose, how in endings()[before:]] == ["another", "signed_out"]
    assert elsewhere.get("/admin/").status_code == 302


def test_beginning_at_the_same_instant_leaves_one_open(support: User, company: Company) -> None:
    together = threading.Barrier(6)

    def begin_now(_number: int) -> None:
        together.wait()
        begin_acting(acting_user=support, user=company.owner, reason=REASON)
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(begin_now, range(6)))
    assert ActingSession.objects.filter(ended_at=None).count() == 1
    assert ActingSession.objects.count() == 6


def test_an_error_has_the_banner_too(browser: Client, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from tenants import home

    def breaks(user: Any) -> None:
        raise RuntimeError

    begin(browser, company.owner)
    monkeypatch.setattr(home, "reachable_administrations", breaks)
    browser.raise_request_exception = False
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "acts on behalf of" in answer.content.decode()
    assert "csrfmiddlewaretoken" in answer.content.decode()
    assert "acts on behalf of" in browser.get("/nowhere/").content.decode()
