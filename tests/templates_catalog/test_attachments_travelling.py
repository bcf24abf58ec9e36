"""Files that go along with e-mails come with their template: shown by their size, merged, and taken back."""

import uuid
from base64 import b64encode

import pytest

from settings_sync.services.previews.change_details import show_change
from settings_sync.services.undos.undoing import create_undo_plan
from templates_catalog.models import MessageTemplate
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test makes a template of its own."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company()


@pytest.fixture(scope="module")
def child(company: Company) -> Administration:
    return company.child("Noord")


@pytest.fixture
def template(company: Company, child: Administration) -> uuid.UUID:
    """An e-mail with one file, which the sub-administration has received."""
    with inside(company.main):
        made = MessageTemplate.objects.create(kind="email", name=f"Bevestiging {uuid.uuid4().hex[:6]}", subject="Hoi")
    put(company.main, made.uid, "Voorwaarden.pdf", b"voorwaarden")
    company.sync(child, items=[made.uid])
    return made.uid


def encoded(content: bytes) -> str:
    return b64encode(content).decode()


def put(where: Administration, template: uuid.UUID, name: str, content: bytes, position: int = 0) -> None:
    with inside(where):
        here = MessageTemplate.objects.get(uid=template)
        here.attachments.update_or_create(name=name, defaults={"content": encoded(content), "position": position})


def files(where: Administration, template: uuid.UUID) -> dict[str, str]:
    with inside(where):
        return dict(MessageTemplate.objects.get(uid=template).attachments.values_list("name", "content"))


def test_they_come_along_are_shown_by_their_size_and_taken_back(company, child, template):
    assert files(child, template) == {"Voorwaarden.pdf": encoded(b"voorwaarden")}
    put(company.main, template, "Voorwaarden.pdf", b"nieuwe voorwaarden")
    put(company.main, template, "Route.pdf", b"route", position=1)
    run = company.sync(child, items=[template])
    assert files(child, template) == files(company.main, template)
    change = run.plan.targets.get().changes.get()
    shown = [(field.old, field.new) for place in show_change(run.plan, change.pk).places for field in place.fields]
    (before, after) = next(pair for pair in shown if pair[0].startswith("11"))
    assert after.startswith("18") and before[-7:] != after[-7:]
    assert not any(encoded(b"route") in text for pair in shown for text in pair)
    undo = create_undo_plan(acting_user=company.owner, run=run)
    company.run(undo, confirmation=company.main.slug)
    assert files(child, template) == {"Voorwaarden.pdf": encoded(b"voorwaarden")}


def test_what_both_sides_add_stays(company, child, template):
    put(company.main, template, "Route.pdf", b"route", position=1)
    put(child, template, "Hier.pdf", b"hier", position=9)
    company.sync(child, items=[template])
    assert files(child, template).keys() == {"Voorwaarden.pdf", "Route.pdf", "Hier.pdf"}


def test_one_file_that_both_sides_changed_is_a_conflict(company, child, template):
    put(company.main, template, "Voorwaarden.pdf", b"van de hoofdadministratie")
    put(child, template, "Voorwaarden.pdf", b"van hier")
    change = company.plan(child, items=[template]).targets.get().changes.get()
    assert (change.action, [path.rpartition("/")[2] for path, _side in change.conflicts]) == ("hold", ["content"])
