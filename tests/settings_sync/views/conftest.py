"""Browsers without JavaScript, in English, and a sync that a worker has carried out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.text import slugify

from accounts.models import User
from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from settings_sync.models import Plan, SyncRun
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE
from tenants.schemas import inside
from tests.conftest import make_member

Url = Callable[..., str]


def browser(user: User) -> Client:
    """A browser in English in which this user has signed in."""
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def owner_client(owner: User) -> Client:
    return browser(owner)


@pytest.fixture
def url(main: Administration) -> Url:
    """The address of a page of the main administration, by its name."""
    return lambda name, *args: reverse(f"sync:{name}", args=[main.slug, *args])


@pytest.fixture
def joined(owner: User, child: Administration) -> Administration:
    """A sub-administration that the owner may enter and sync to."""
    make_member(child, user=owner)
    return child


@pytest.fixture
def form(main: Administration) -> Form:
    """A form of the main administration that is shown for one work type."""
    with inside(main):
        return make_form("Onderhoud cv-ketel")


def make_form(name: str) -> Form:
    """A form with one section and one field, for a work type of its own."""
    form = Form.objects.create(name=name)
    section = Section.objects.create(form=form, title="Metingen", position=1)
    Field.objects.create(section=section, label="CO-gehalte", type="number", position=1, reference="co")
    form.work_types.add(WorkType.objects.create(name=f"Werk bij {name}"))
    return form


def make_plan(owner: User, main: Administration, *children: Administration, **choice: Any) -> Plan:
    """A stored preview, of the forms unless something else is chosen."""
    choice = choice or {"categories": ["forms"]}
    return create_plan(acting_user=owner, main=main, targets=[child.slug for child in children], **choice)


def carry_out(run: SyncRun) -> SyncRun:
    """What the workers do."""
    for target in run.targets.all():
        execute_target(target.pk)
    run.refresh_from_db()
    return run


def sync(owner: User, main: Administration, *children: Administration, **choice: Any) -> SyncRun:
    """A sync from preview to end."""
    plan = make_plan(owner, main, *children, **choice)
    return carry_out(start_run(acting_user=owner, plan=plan, version=plan.version, note="New CO rules"))


def make_many(
    number: int, main: Administration, owner: User, like: Administration, name: str = "Vestiging"
) -> list[Administration]:
    """Sub-administrations that the owner may sync to, of which the schemas hold no more than what the pages compare."""
    made = Administration.objects.bulk_create(
        Administration(
            name=f"{name} {count}", slug=slugify(f"{name} {count}"), parent=main, state="active", groups=["many"]
        )
        for count in range(number)
    )
    role = Role.objects.get(administration=None, name=ADMINISTRATOR_ROLE)
    Membership.objects.bulk_create(Membership(user=owner, administration=row, role=role) for row in made)
    Administration.objects.filter(parent=main).update(migration_head=main.migration_head)
    tables = ("sync_ledger_indexentry", "sync_ledger_edit")
    with connection.cursor() as cursor:
        cursor.execute(
            ";".join(
                f"CREATE SCHEMA {row.schema_name};"
                + ";".join(f"CREATE TABLE {row.schema_name}.{name} (LIKE {like.schema_name}.{name})" for name in tables)
                for row in made
            )
        )
    return made
