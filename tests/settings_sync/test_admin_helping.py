"""What support does for a customer in the admin: with its right alone, for a reason, through the services."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import User
from accounts.support_rights import SupportRight
from audit.models import AuditEntry
from forms_catalog.models import Form
from settings_sync.engine.reading.index import look_at
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.services.runs.runs import start_run
from settings_sync.services.support.attention import read_attention
from settings_sync.services.support.support_search import search_everywhere
from settings_sync.services.targets.targets import execute_target
from tenants.administrations import retry_provisioning
from tenants.exceptions import WrongState
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.schemas import inside
from tests.contracts.standing import carry_out_an_order
from tests.contracts.world import Company, make_company
from webhooks.models import Endpoint, OutboxMessage

pytestmark = pytest.mark.usefixtures("db")
WHY = {"reason": "Zaak 12"}


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    made = make_company("Van Dijk")
    child = made.child("Van Dijk Noord")
    with inside(made.main):
        Form.objects.create(name="Onderhoud cv-ketel 100%")
    run = run_of(made, child)
    execute_target(run.targets.get().pk)
    look_at(child)
    return made


def run_of(company: Company, child: Administration) -> SyncRun:
    """A run that has something to do: a new form arrives."""
    with inside(company.main):
        Form.objects.create(name=f"Formulier {uuid.uuid4().hex}")
    plan = company.plan(child, categories=["forms"])
    return start_run(acting_user=company.owner, plan=plan, version=plan.version)


def make_support(email: str, *rights: str) -> User:
    return User.objects.create_user(email, "x", name=email, is_staff=True, support_rights=list(rights))


@pytest.fixture(scope="module")
def support(standing: None) -> User:
    return make_support("support@example.com", *SupportRight.values)


@pytest.fixture(scope="module")
def onlooker(standing: None) -> User:
    return make_support("kijkt@example.com", SupportRight.LOOK)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def browser(support: User) -> Client:
    return signed_in(support)


def address(label: str, page: str, *args: Any) -> str:
    return reverse(f"admin:{label}_{page}", args=args)


@pytest.fixture
def failed(company: Company) -> SyncTarget:
    """An administration of a run that failed just now."""
    run = run_of(company, company.main.children.active().get())
    SyncTarget.objects.filter(run=run).update(
        state="failed", error_code="heads-differ", error_facts={}, finished_at=timezone.now()
    )
    SyncRun.objects.filter(pk=run.pk).update(state="failed", finished_at=timezone.now())
    return SyncTarget.objects.get(run=run)


@pytest.mark.parametrize("door", ["syncrun", "synctarget"])
def test_what_failed_is_tried_again_for_a_reason(browser: Client, support: User, failed: SyncTarget, door: str) -> None:
    key = failed.run_id if door == "syncrun" else failed.pk
    page = address("settings_sync", f"{door}_retry", key)
    assert page in browser.get(address("settings_sync", f"{door}_change", key)).content.decode()
    assert "version" in browser.get(address("settings_sync", f"{door}_change", key)).content.decode(), "in words"
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"reason": " "}).status_code == 200
    failed.refresh_from_db()
    assert failed.state == "failed", "neither looking nor a missing reason does anything"
    assert browser.post(page, WHY).headers["Location"] == address("settings_sync", "syncrun_change", failed.run_id)
    failed.refresh_from_db()
    assert failed.state == "queued"
    entry = AuditEntry.objects.get(action="run.retried", data__run=str(failed.run_id))
    assert (entry.actor, entry.note) == (support, "Zaak 12")
    trail = browser.get(address("settings_sync", "syncrun_trail", failed.run_id), follow=True).content.decode()
    assert "run.retried" in trail
    assert "Zaak 12" in trail
    execute_target(failed.pk)
    assert "there is nothing to retry" in browser.post(page, WHY, follow=True).content.decode()


def test_what_waits_is_cancelled_for_a_reason(browser: Client, support: User, company: Company) -> None:
    run = run_of(company, company.main.children.active().get())
    page = address("settings_sync", "syncrun_cancel", run.pk)
    browser.post(page, WHY)
    run.refresh_from_db()
    assert run.state == "cancelled"
    entry = AuditEntry.objects.get(action="run.cancelled", data__run=str(run.pk))
    assert (entry.actor, entry.note) == (support, "Zaak 12")
    assert page not in browser.get(address("settings_sync", "syncrun_change", run.pk)).content.decode()


def test_rings_are_shown_paused_and_go_on_for_a_reason(browser: Client, support: User, company: Company) -> None:
    with inside(company.main):
        Form.objects.create(name=f"Formulier {uuid.uuid4().hex}")
    rings = {"steps": [{"kind": "number", "number": 1}, {"kind": "rest"}]}
    child = company.main.children.active().get()
    run = carry_out_an_order(company.owner, company.main, child, "In ringen", rings=rings).run
    assert run is not None
    shown = address("settings_sync", "syncrun_change", run.pk)
    for action in ("pause", "resume"):
        page = address("settings_sync", f"syncrun_{action}", run.pk)
        assert page in browser.get(shown).content.decode()
        browser.post(page, WHY)
        assert page not in browser.get(shown).content.decode()
        entry = AuditEntry.objects.get(action=f"run.{action}d", data__run=str(run.pk))
        assert (entry.actor, entry.note) == (support, "Zaak 12")
    assert "In ringen" in browser.get(shown).content.decode()
    execute_target(run.targets.get().pk)


def test_a_failed_administration_is_tried_again(browser: Client, support: User, company: Company) -> None:
    broken = Administration.objects.create(name="Stuk", slug="stuk", parent=company.main, state="failed")
    page = address("tenants", "administration_retry_provisioning", broken.pk)
    assert page in browser.get(address("tenants", "administration_change", broken.pk)).content.decode()
    browser.post(page, WHY)
    broken.refresh_from_db()
    assert broken.state == "provisioning"
    entry = AuditEntry.objects.get(action="administration.retried", administration_id=broken.pk)
    assert (entry.actor, entry.note) == (support, "Zaak 12")
    with pytest.raises(WrongState):
        retry_provisioning(acting_user=support, administration=broken)
    Administration.objects.filter(pk=broken.pk).update(state="deleted")


def make_message(company: Company, **fields: Any) -> OutboxMessage:
    endpoint = Endpoint.objects.create(administration=company.main, url="https://example.com/", events=["run.finished"])
    given = {"endpoint": endpoint, "administration": company.main, "event": "run.finished", "body": "{}"}
    return OutboxMessage.objects.create(**{**given, "state": "given_up", **fields})


def test_a_message_is_sent_again_for_a_reason(browser: Client, support: User, company: Company) -> None:
    message = make_message(company)
    page = address("webhooks", "outboxmessage_send_this_again", message.pk)
    browser.post(page, WHY)
    message.refresh_from_db()
    assert message.state == "pending"
    entry = AuditEntry.objects.get(action="webhook.resent", data__message=message.webhook_id)
    assert (entry.actor, entry.note) == (support, "Zaak 12")
    listed = browser.get(address("webhooks", "endpoint_messages_of_it", message.endpoint_id), follow=True)
    assert str(message.pk) in listed.content.decode()


def test_who_may_only_look_does_nothing_not_by_a_direct_post_either(
    onlooker: User, company: Company, failed: SyncTarget
) -> None:
    message, broken = make_message(company), company.main.children.active().get()
    waiting = SyncTarget.objects.get(run=run_of(company, broken))
    client, main = signed_in(onlooker), company.main
    assert client.get("/admin/").status_code == 200
    before = AuditEntry.objects.count()
    asked = {
        address("settings_sync", "syncrun_retry", failed.run_id): WHY,
        address("settings_sync", "synctarget_retry", failed.pk): WHY,
        address("settings_sync", "syncrun_cancel", waiting.run_id): WHY,
        address("tenants", "administration_retry_provisioning", broken.pk): WHY,
        address("tenants", "administration_start_sync", main.pk): WHY,
        reverse("admin:confirm-sync", args=[main.pk]): WHY,
        address("webhooks", "outboxmessage_send_this_again", message.pk): WHY,
        address("accounts", "user_act_on_behalf", company.owner.pk): WHY,
        address("tenants", "administration_change", main.pk): {"licence_cap": "99"},
        address("tenants", "membership_add"): {"user": company.owner.pk},
        address("tenants", "role_add"): {"name": "x"},
        address("accounts", "user_add"): {"email": "x@example.com"},
        address("accounts", "user_change", company.owner.pk): {"name": "Anders"},
        reverse("admin:auth_user_password_change", args=[company.owner.pk]): {"password1": "een-lang-woord-9"},
    }
    for page, sent in asked.items():
        assert client.post(page, sent).status_code == 403, page
        assert page.endswith("/change/") or client.get(page).status_code == 403, page
    for page, name, key in (
        (address("webhooks", "outboxmessage_changelist"), "send_again", message.pk),
        (address("accounts", "user_changelist"), "reset_second_factor", company.owner.pk),
    ):
        client.post(page, {"action": name, "_selected_action": [str(key)]})
    failed.refresh_from_db(), waiting.refresh_from_db(), message.refresh_from_db()
    assert (failed.state, waiting.state, message.state) == ("failed", "queued", "given_up")
    assert AuditEntry.objects.count() == before
    for page in (
        address("settings_sync", "syncrun_change", failed.run_id),
        address("accounts", "user_change", company.owner.pk),
    ):
        shown = client.get(page).content.decode()
        assert "/retry" not in shown
        assert "act-on-behalf" not in shown
    with pytest.raises(NotAllowed):
        retry_provisioning(acting_user=onlooker, administration=broken)


def test_an_address_of_nothing_is_not_found(browser: Client) -> None:
    for label in ("accounts_user", "settings_sync_syncrun", "settings_sync_synctarget", "tenants_administration"):
        for page in ("change", "act_on_behalf", "retry", "cancel", "trail", "start_sync", "retry_provisioning"):
            for key in ("nonsense", "7"):
                try:
                    asked = reverse(f"admin:{label}_{page}", args=[key])
                except NoReverseMatch:
                    continue
                answer = browser.get(asked)
                assert answer.status_code in (302, 404), asked


def test_staff_without_a_right_sees_nothing(company: Company) -> None:
    client = signed_in(make_support("niets@example.com", SupportRight.HELP))
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert company.main.name not in answer.content.decode()


def test_the_start_page_tells_what_needs_attention_and_no_more(
    browser: Client, company: Company, failed: SyncTarget
) -> None:
    child = failed.administration
    waiting = SyncTarget.objects.get(run=run_of(company, child))
    SyncRun.objects.filter(pk=waiting.run_id).update(created_at=timezone.now() - timedelta(days=400))
    broken = Administration.objects.create(name="Stuk twee", slug="stuk-2", parent=company.main, state="failed")
    trouble = make_message(company).endpoint
    assert trouble is not None
    Endpoint.objects.filter(pk=trouble.pk).update(failing_since=timezone.now(), url="https://example.com/stil")
    page = browser.get("/admin/").content.decode()
    for shown in (failed.pk, broken.pk, waiting.pk, "https://example.com/stil"):
        assert str(shown) in page
    assert read_attention().oldest_open == waiting
    # By now, or the runs of this module would be later than it.
    SyncRun.objects.filter(pk=waiting.run_id).update(created_at=timezone.now())
    execute_target(waiting.pk)
    now = read_attention()
    assert failed not in now.failed_targets, "it was synced well since"
    assert str(failed.pk) not in browser.get("/admin/").content.decode()
    Administration.objects.filter(pk=broken.pk).update(state="deleted")


def test_searching_finds_across_customers(browser: Client, company: Company) -> None:
    run = SyncRun.objects.latest("created_at")
    for asked, shown in (
        ("van dijk noord", company.main.children.active().get().pk),
        (company.owner.email[:8], company.owner.pk),
        (str(run.pk), run.pk),
        ("cv-KETEL 100%", "Onderhoud cv-ketel 100%"),
    ):
        assert str(shown) in browser.get("/admin/", {"q": asked}).content.decode(), asked
    (found,) = search_everywhere("cv-ketel").items
    assert found.main == company.main
    assert [row.name for row in found.administrations] == ["Van Dijk", "Van Dijk Noord"]
    assert not search_everywhere("ketel_100").items, "a wildcard is a character like any other"
    assert not search_everywhere("x").administrations
    for odd in ("%", "\x00", "' OR 1=1 --", "x" * 5000, "{", "é"):
        assert browser.get("/admin/", {"q": odd}).status_code == 200


def test_a_list_cannot_be_asked_for_what_it_does_not_show(browser: Client, company: Company) -> None:
    """Who may ask how a secret begins reads all of it, one character after the other."""
    make_message(company)
    for page, asked in (
        ("webhooks/endpoint", "secret__startswith=whsec_"),
        ("webhooks/endpoint", "former_secret__isnull=0"),
        ("webhooks/outboxmessage", "endpoint__secret__startswith=whsec_"),
        ("webhooks/outboxmessage", "lease_token__isnull=1"),
        ("settings_sync/synctarget", "lease_token__startswith=a"),
        ("accounts/apitoken", "secret_hash__startswith=a"),
        ("accounts/apitoken", "user__password__startswith=p"),
        ("accounts/user", "password__startswith=p"),
        ("accounts/user", "totpdevice__key__startswith=a"),
        ("tenants/membership", "user__password__startswith=p"),
        ("tenants/administration", "webhooks__secret__startswith=whsec_"),
        ("tenants/administration", "company_iban__startswith=NL"),
    ):
        assert browser.get(f"/admin/{page}/?{asked}").status_code == 400, asked


def test_a_list_still_answers_links_and_filters(browser: Client, company: Company) -> None:
    main = company.main.pk
    for page, asked in (
        ("settings_sync/synctarget", f"administration__id__exact={main}"),
        ("settings_sync/synctarget", "state__in=queued,running"),
        ("settings_sync/synctarget", "error_code=heads-differ"),
        ("settings_sync/syncrun", "created_at__year=2026"),
        ("webhooks/outboxmessage", f"endpoint__id__exact={main}"),
        ("tenants/administration", f"parent__id__exact={main}"),
        ("tenants/membership", f"administration__id__exact={main}"),
        ("accounts/apitoken", "revoked_at__isempty=1"),
        ("audit/auditentry", f"administration_id={main}"),
    ):
        assert browser.get(f"/admin/{page}/?{asked}").status_code == 200, asked


def test_nonsense_is_said_and_the_list_is_shown(browser: Client) -> None:
    for page, asked in (
        ("webhooks/endpoint", "state__exact=%00"),
        ("settings_sync/syncrun", "state__regex=("),
        ("tenants/administration", "created_at__year=999999999"),
    ):
        answer = browser.get(f"/admin/{page}/?{asked}", follow=True)
        assert (answer.status_code, answer.request["QUERY_STRING"]) == (200, ""), asked
        assert "cannot be asked for that" in answer.content.decode()
    asked = {"app_label": "tenants", "model_name": "membership", "field_name": "user", "term": "\0"}
    assert browser.get("/admin/autocomplete/", asked).status_code == 200
