"""The page of one setting, for support: how it stands and what happened to it, and nothing of what it says."""

import uuid
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import User
from accounts.support_rights import SupportRight
from business.models import Customer
from forms_catalog.models import Form
from forms_catalog.services import archive_form, form_values, update_form
from settings_sync.engine.witness import fingerprint_tables
from settings_sync.models import SyncRun
from settings_sync.services.settings.deviations import pin
from settings_sync.services.settings.rule_book import set_rule
from settings_sync.support_pages.setting_pages import setting_address
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company, tables_of

pytestmark = pytest.mark.usefixtures("db")
KIND, TYPED = "forms_catalog.form", "NL91ABNA0417164300"


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company("Van Dijk")


@pytest.fixture(scope="module")
def child(company: Company) -> Administration:
    return company.child("Van Dijk Noord")


@pytest.fixture(scope="module")
def run(company: Company, child: Administration) -> SyncRun:
    """A form that was synced, and then kept, locked and edited in the sub-administration."""
    with inside(company.main):
        Form.objects.create(name="Onderhoud cv-ketel", description=TYPED)
    run = company.run(company.plan(child, categories=["forms"]), note="Nieuwe eisen")
    with inside(child):
        form = Form.objects.get()
        values = {**form_values(form), "description": f"{TYPED} hier"}
        update_form(acting_user=company.owner, administration=child, form=form, values=values)
        Form.objects.create(name="Van hier")
        Customer.objects.create(number=1, name="Mevrouw Geheim")
    which = {"kind": KIND, "uid": form.uid}
    pin(acting_user=company.owner, administration=child, path="name", reason="Zo heet het hier", **which)
    set_rule(acting_user=company.owner, main=company.main, locked_paths=["description"], policies={}, **which)
    return run


def browser(*rights: str) -> Client:
    email = f"{uuid.uuid4().hex}@example.com"
    client = Client()
    client.force_login(User.objects.create_user(email, "x", name="S", is_staff=True, support_rights=list(rights)))
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def form_of(administration: Administration, name: str = "Onderhoud cv-ketel") -> Form:
    with inside(administration):
        return Form.objects.get(name=name)


def page_of(administration: Administration, uid: Any, client: Client | None = None, kind: str = KIND) -> Any:
    return (client or browser(SupportRight.LOOK)).get(setting_address(administration, kind, uid))


def test_it_tells_how_a_setting_stands_and_what_happened_to_it(
    company: Company, child: Administration, run: SyncRun
) -> None:
    form = form_of(child)
    page = page_of(child, form.uid).content.decode()
    for words in (
        "Onderhoud cv-ketel", "Form (Forms)", str(form.uid), f">{form.pk}<", "Changed locally", "Locked",
        "Nieuwe eisen", "Zo heet het hier", "pinned", str(company.owner), "pinned a setting",
        "changed what is required or left to sub-administrations",
        str(run.pk), str(run.targets.get().pk), "create", "Last synced",
    ):  # fmt: skip
        assert words in page, words
    for hidden in (TYPED, "Mevrouw Geheim"):
        assert hidden not in page
    of_main = page_of(company.main, form.uid).content.decode()
    assert str(run.targets.get().pk) in of_main
    assert "Changed locally" not in of_main
    own = page_of(child, form_of(child, "Van hier").uid).content.decode()
    assert ">Own<" in own
    assert str(run.pk) not in own


def test_the_search_leads_to_it_in_every_administration(company: Company, child: Administration, run: SyncRun) -> None:
    found = browser(SupportRight.LOOK).get("/admin/", {"q": "cv-ketel"}).content.decode()
    for administration in (company.main, child):
        assert setting_address(administration, KIND, form_of(child).uid) in found
    listed = browser(SupportRight.LOOK).get("/admin/audit/auditentry/", {"q": str(form_of(child).uid)})
    assert "setting.pinned" in listed.content.decode()


def test_looking_changes_nothing(company: Company, child: Administration, run: SyncRun) -> None:
    before = fingerprint_tables(child, tables_of(child))
    page_of(child, form_of(child).uid)
    assert fingerprint_tables(child, tables_of(child)) == before


def test_only_who_may_look_sees_it(company: Company, child: Administration, run: SyncRun) -> None:
    uid = form_of(child).uid
    for client in (browser(), browser(SupportRight.HELP, SupportRight.MANAGE, SupportRight.ACT), Client()):
        answer = page_of(child, uid, client)
        assert answer.status_code == 302
        assert "Onderhoud" not in client.get(answer.headers["Location"], follow=True).content.decode()


def test_what_is_not_there_is_not_found(company: Company, child: Administration, run: SyncRun) -> None:
    uid, client = form_of(child).uid, browser(SupportRight.LOOK)
    assert page_of(company.main, form_of(child, "Van hier").uid, client).status_code == 404
    for kind in ("business.customer", "accounts.user", "forms_catalog.section", "' OR 1=1", "%"):
        assert page_of(child, uid, client, kind).status_code == 404, kind
    gone = Administration.objects.create(name="Weg", slug="weg", parent=company.main, state="deleted")
    assert page_of(gone, uid, client).status_code == 404


def test_archived_and_held_back_are_said(company: Company, child: Administration, run: SyncRun) -> None:
    with inside(company.main):
        Form.objects.create(name="Oud")
    company.sync(child, categories=["forms"])
    oud = form_of(child, "Oud")
    with inside(child):
        archive_form(acting_user=company.owner, administration=child, form=oud)
    run.targets.get().findings.create(kind=KIND, uid=oud.uid, label="Oud", code="stale")
    assert "no, archived" in page_of(child, oud.uid).content.decode()
    latest = SyncRun.objects.latest("created_at").targets.get()
    latest.findings.create(kind=KIND, uid=oud.uid, label="Oud", code="stale")
    page = page_of(child, oud.uid).content.decode()
    assert "held back" in page
    assert "Last synced" not in page, "what was held back was not synced"
