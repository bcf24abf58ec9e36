"""A form with very many fields: as many queries as a small one, and no page that nobody can send."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forms_catalog.models import Field, Form, Section
from settings_sync.models import Change
from settings_sync.services.deciding import questions
from settings_sync.services.settings.origins import SHOWN, origin_of
from tenants.schemas import inside

from .conftest import make_plan, sync


def conflicts(main, joined, number):
    """Both sides changed this many fields; everything else is as the main administration had it."""
    for administration, words in ((main, "groep"), (joined, "hier")):
        with inside(administration):
            for field in Field.objects.filter(section__form__name="Groot").order_by("position")[:number]:
                field.label = f"{field.position} {words}"
                field.save()


@pytest.fixture
def large(owner, main, joined):
    """A form with a dozen fields on both sides."""
    with inside(main):
        section = Section.objects.create(form=Form.objects.create(name="Groot"), title="Vragen", position=1)
        Field.objects.bulk_create(
            Field(section=section, label=f"Vraag {number}", type="text", position=number, reference=f"r{number}")
            for number in range(1, 13)
        )
    sync(owner, main, joined)


def ask(client, url, plan):
    """The page that asks, the number of queries for it, and for sending every answer."""
    address = url("change", plan.pk, Change.objects.get(plan_target__plan=plan, label="Groot").pk)
    client.get(address)
    with CaptureQueriesContext(connection) as looking:
        page = client.get(address).content.decode()
    answers = dict.fromkeys(re.findall(r'name="(path:[^"]+)"', page), "overwrite")
    with CaptureQueriesContext(connection) as deciding:
        sent = client.post(address, {"version": plan.version, "word": "merge", **answers})
    assert sent.status_code == 302
    return page, len(answers), len(looking), len(deciding)


def test_queries_do_not_depend_on_how_many_fields_are_in_conflict(owner_client, url, owner, main, joined, large):
    conflicts(main, joined, 2)
    few = ask(owner_client, url, make_plan(owner, main, joined))
    conflicts(main, joined, 12)
    many = ask(owner_client, url, make_plan(owner, main, joined))
    assert (few[1], many[1]) == (2, 12)
    assert few[2:] == many[2:]


def test_of_very_many_fields_the_undecided_ones_are_asked_first(
    owner_client, url, owner, main, joined, large, monkeypatch
):
    monkeypatch.setattr(questions, "PATHS_AT_ONCE", 5)
    conflicts(main, joined, 12)
    plan = make_plan(owner, main, joined)
    page, *_queries = ask(owner_client, url, plan)
    assert "And 7 more fields" in page
    plan.refresh_from_db()
    again, *_queries = ask(owner_client, url, plan)
    asked = [set(re.findall(r'name="(path:[^"]+)"', one)) for one in (page, again)]
    assert [len(one) for one in asked] == [5, 5]
    assert not asked[0] & asked[1]


def test_a_sub_tells_of_some_and_counts_the_rest(owner, main, joined, large):
    with inside(joined):
        form = Form.objects.get(name="Groot")
        Form.objects.update(description="hier")
        for field in Field.objects.all():
            field.label = f"{field.position} hier"
            field.save()
    with CaptureQueriesContext(connection) as captured:
        origin = origin_of(joined, "forms_catalog.form", form.uid)
    assert (len(origin.changes), origin.more) == (SHOWN, 1)
    assert len(captured) < 20
