"""The admin pages of support: everything to read, little to change, nothing of a customer's daily data."""

import re
import uuid

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, Scope, User
from accounts.support_rights import SupportRight
from audit.models import AuditEntry
from settings_sync.models import Finding, SyncRun, SyncTarget
from settings_sync.services.support.support import start_run_on_behalf
from settings_sync.services.targets.targets import execute_target
from settings_sync.services.trends.noting import note_figures_of
from settings_sync.support_pages.setting_pages import setting_address
from tenants.models import Administration, Membership, Role
from tenants.permissions import NotAllowed
from tenants.schemas import inside
from tenants.tokens import create_api_token
from tests.conftest import make_member
from tests.settings_sync.test_journey import make_form, sync
from webhooks.models import Endpoint, OutboxMessage

UID = uuid.UUID(int=7)
READ_ONLY = (
    "audit.auditentry",
    "settings_sync.alignmentday",
    "settings_sync.plan",
    "settings_sync.publishingday",
    "settings_sync.syncrun",
    "settings_sync.synctarget",
    "settings_sync.waitingday",
    "webhooks.endpoint",
    "webhooks.outboxmessage",
)
ALL = (*READ_ONLY, "accounts.user", "accounts.apitoken", "tenants.administration", "tenants.membership", "tenants.role")


@pytest.fixture
def support(db):
    return User.objects.create_user(
        "support@example.com", "demo", name="Support", is_staff=True, support_rights=list(SupportRight.values)
    )


@pytest.fixture
def browser(support):
    client = Client()
    client.force_login(support)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def synced(owner, main, child):
    """A run that has ended, with everything that belongs to it."""
    make_member(child, user=owner)
    with inside(main):
        make_form("Onderhoud cv-ketel")
    run = sync(owner, main, child, categories=["forms"])
    Finding.objects.create(
        target=run.targets.get(), kind="forms_catalog.form", label="Onderhoud", code="stale", uid=UID
    )
    endpoint = Endpoint.objects.create(administration=main, url="https://example.com/", events=["run.finished"])
    OutboxMessage.objects.create(endpoint=endpoint, administration=main, event="run.finished", body="{}")
    note_figures_of(main)
    return run


def address(label, page="changelist", *args):
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


def test_only_what_support_needs_is_there():
    labels = {model._meta.label_lower for model in admin.site._registry}
    assert labels == set(ALL)


def test_every_page_opens_and_finds(browser, synced, owner, main):
    create_api_token(email=owner.email, administration=main.slug, scopes=Scope.values)
    assert browser.get("/admin/").status_code == 200
    for model in admin.site._registry:
        label = model._meta.label_lower
        assert browser.get(address(label), {"q": "van-dijk"}).status_code == 200, label
        row = model._default_manager.first()
        assert browser.get(address(label, "change", row.pk)).status_code == 200, label


def test_it_is_for_staff_alone(owner_client, colleague, main):
    for path in ("/admin/", address("tenants.administration"), address("settings_sync.syncrun")):
        assert owner_client.get(path).status_code == 302
    start = address("tenants.administration", "start_sync", main.pk)
    assert owner_client.get(start).status_code == 302
    assert owner_client.post(reverse("admin:confirm-sync", args=[main.pk])).status_code == 302


def test_what_happened_is_not_changed(browser, synced):
    for label in READ_ONLY:
        model = {found._meta.label_lower: found for found in admin.site._registry}[label]
        row = model._default_manager.first()
        assert browser.get(address(label, "add")).status_code == 403, label
        assert browser.post(address(label, "add"), {}).status_code == 403, label
        assert browser.post(address(label, "delete", row.pk), {"post": "yes"}).status_code == 403, label
        before = model._default_manager.values().get(pk=row.pk)
        assert browser.post(address(label, "change", row.pk), {"state": "failed", "note": "x"}).status_code == 403, (
            label
        )
        assert model._default_manager.values().get(pk=row.pk) == before


def test_a_run_shows_its_targets_and_a_target_its_proof(browser, synced):
    page = browser.get(address("settings_sync.syncrun", "change", synced.pk)).content.decode()
    assert "Van Dijk Noord" in page
    page = browser.get(address("settings_sync.synctarget", "change", synced.targets.get().pk)).content.decode()
    assert "fields: 1" in page
    assert "changed since the preview" in page
    assert setting_address(synced.targets.get().administration, "forms_catalog.form", UID) in page


def test_the_pages_say_states_and_codes_in_dutch(browser, synced, main):
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"
    target = synced.targets.get()
    pages = {
        address("settings_sync.syncrun", "change", synced.pk): ["Van Dijk Noord (klaar)"],
        address("settings_sync.synctarget", "change", target.pk): ["sinds het voorbeeld gewijzigd", "velden: 1"],
        address("settings_sync.plan", "change", synced.plan_id): [
            "Formulieren",
            "Wat alleen de subadministratie heeft gewijzigd",
        ],
        address("tenants.role", "change", Role.objects.get(name="Beheerder").pk): ["formulieren: bewerken"],
    }
    raw = r"\((succeeded|failed|queued)\)|forms_catalog_form|changed_locally|forms\.update|stale|put_back"
    for page, words in pages.items():
        shown = re.sub(r"<[^>]*>", " ", browser.get(page).text)
        assert [said for said in words if said.casefold() not in shown.casefold()] == [], page
        assert re.findall(raw, shown) == [], page


def test_the_licence_cap_is_the_one_thing_to_change(browser, support, main):
    sent = {"licence_cap": "25", "schema_name": "public", "name": "Gestolen", "state": "deleted", "slug": "x"}
    assert browser.post(address("tenants.administration", "change", main.pk), sent).status_code == 302
    stored = Administration.objects.get(pk=main.pk)
    assert stored.licence_cap == 25
    assert (stored.schema_name, stored.name, stored.state) == (main.schema_name, main.name, "active")
    entry = AuditEntry.objects.get(action="support.administration.changed")
    assert (entry.actor, entry.administration_id, entry.data["fields"]) == (support, main.pk, ["licence_cap"])
    assert browser.post(address("tenants.administration", "add"), {}).status_code == 403
    assert browser.post(address("tenants.administration", "delete", main.pk), {"post": "yes"}).status_code == 403


def test_a_membership_is_given_and_taken_but_not_to_support(browser, support, colleague, main, child):
    role = Role.objects.get(name="Medewerker")
    sent = {"user": colleague.pk, "administration": child.pk, "role": role.pk}
    assert browser.post(address("tenants.membership", "add"), sent).status_code == 302
    given = Membership.objects.get(user=colleague, administration=child)
    assert browser.post(address("tenants.membership", "delete", given.pk), {"post": "yes"}).status_code == 302
    assert not Membership.objects.filter(pk=given.pk).exists()
    assert AuditEntry.objects.filter(action__startswith="support.membership.").count() == 2
    answer = browser.post(address("tenants.membership", "add"), {**sent, "user": support.pk})
    assert "Support does not become a member" in answer.content.decode()
    assert not Membership.objects.filter(user=support).exists()


def test_a_role_of_another_customer_is_refused(browser, colleague, child, foreign_main):
    foreign = Role.objects.create(administration=foreign_main, name="Vreemd", rights=["forms.read"])
    sent = {"user": colleague.pk, "administration": child.pk, "role": foreign.pk}
    assert "another customer" in browser.post(address("tenants.membership", "add"), sent).content.decode()
    assert not Membership.objects.filter(role=foreign).exists()


def test_roles_are_made_and_the_built_in_ones_are_fixed(browser, main, child, owner):
    sent = {"administration": main.pk, "name": "Formulierbeheer", "rights": ["forms.read", "forms.update"]}
    assert browser.post(address("tenants.role", "add"), sent).status_code == 302
    assert Role.objects.get(name="Formulierbeheer").rights == ["forms.read", "forms.update"]
    built_in = Role.objects.get(name="Beheerder")
    assert browser.post(address("tenants.role", "change", built_in.pk), sent).status_code == 403
    for wrong in ("", child.pk):
        browser.post(address("tenants.role", "add"), {**sent, "administration": wrong, "name": "Anders"})
    assert not Role.objects.filter(name="Anders").exists()


def test_users_are_made_without_rights_of_staff(browser, support, owner):
    sent = {
        "email": "nieuw@example.com",
        "name": "Nieuw",
        "password1": "een-lang-woord-9",
        "password2": "een-lang-woord-9",
    }
    assert browser.post(address("accounts.user", "add"), sent).status_code == 302
    made = User.objects.get(email="nieuw@example.com")
    assert not made.is_staff
    browser.post(
        address("accounts.user", "change", made.pk), {**sent, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    )
    made.refresh_from_db()
    assert (made.is_active, made.is_staff, made.is_superuser) == (True, False, False)
    boss = User.objects.create_superuser("baas@example.com", "demo", name="Baas")
    assert browser.post(address("accounts.user", "change", boss.pk), sent).status_code == 403
    assert browser.post(f"/admin/accounts/user/{boss.pk}/password/", {}).status_code == 403


def test_tokens_are_shown_without_their_secret_and_revoked(browser, support, owner, main):
    token, secret = create_api_token(email=owner.email, administration=main.slug, scopes=Scope.values)
    for path in (address("accounts.apitoken"), address("accounts.apitoken", "change", token.pk)):
        page = browser.get(path).content.decode()
        assert token.prefix in page
        assert secret not in page
        assert token.secret_hash not in page
    browser.post(address("accounts.apitoken"), {"action": "revoke", "_selected_action": [str(token.pk)]})
    assert ApiToken.objects.get().revoked_at is not None
    assert AuditEntry.objects.get(action="token.revoked").actor == support


def hidden_fields(page):
    found = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    return {
        re.search(r'name="([^"]*)"', row).group(1): re.search(r'value="([^"]*)"', row).group(1)
        for row in found
        if 'value="' in row
    }


def test_a_sync_is_started_on_behalf_of_a_customer(browser, support, owner, main, child):
    make_member(child, user=owner)
    with inside(main):
        make_form("Onderhoud cv-ketel")
    start = address("tenants.administration", "start_sync", main.pk)
    assert child.name in browser.get(start).content.decode()
    links = [browser.get(address("tenants.administration", "change", row.pk)).content.decode() for row in (main, child)]
    assert ["start-sync" in link for link in links] == [True, False]
    sent = {
        "on_behalf_of": owner.pk,
        "targets": [str(child.pk)],
        "categories": ["forms"],
        "reason": "Op verzoek, zaak 12",
    }
    preview = browser.post(start, sent).content.decode()
    assert not SyncRun.objects.exists(), "first it is shown, then it is confirmed"
    confirmed = browser.post(reverse("admin:confirm-sync", args=[main.pk]), hidden_fields(preview))
    run = SyncRun.objects.get()
    assert confirmed.headers["Location"] == address("settings_sync.syncrun", "change", run.pk)
    assert (run.requested_by, run.on_behalf_of, run.note) == (support, str(owner), "Op verzoek, zaak 12")
    started = AuditEntry.objects.get(action="run.started")
    assert (started.actor, started.on_behalf_of, started.note) == (support, str(owner), "Op verzoek, zaak 12")
    assert started.data["door"] == "admin"
    execute_target(SyncTarget.objects.get().pk)
    run.refresh_from_db()
    assert run.state == "succeeded"


def test_without_reason_or_beyond_the_customers_rights_nothing_starts(
    browser, support, owner, colleague, main, child, other_child
):
    make_member(child, user=owner)
    start = address("tenants.administration", "start_sync", main.pk)
    good = {"on_behalf_of": owner.pk, "targets": [str(child.pk)], "categories": ["forms"], "reason": "Op verzoek"}
    for wrong in (
        {"reason": " "},
        {"targets": []},
        {"categories": []},
        {"categories": ["colours"]},
        {"on_behalf_of": colleague.pk},
        {"on_behalf_of": support.pk},
        {"targets": [str(other_child.pk)]},
        {"targets": [str(main.pk)]},
    ):
        answer = browser.post(start, {**good, **wrong})
        assert answer.status_code == 200
        assert "confirm-sync" not in answer.content.decode(), wrong
    assert browser.get(address("tenants.administration", "start_sync", child.pk)).status_code == 404
    assert not SyncRun.objects.exists()


def test_the_service_refuses_who_is_not_support(owner, main, child, synced):
    with pytest.raises(NotAllowed):
        start_run_on_behalf(acting_user=owner, on_behalf_of=owner, plan=synced.plan, version=1, reason="x")
