"""How much open daily data uses what a plan changes."""

import datetime
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from business.models import Customer, Invoice, Quotation, WorkOrder
from reference_data.models import VatRate, WorkStatus, WorkType
from settings_sync.models import Change, PlanTarget
from settings_sync.planning.verdicts import Action, Verdict, Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.previews.plan_overview import list_changes, show_plan
from templates_catalog.models import Layout, Scheme
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from tests.settings_sync.views.conftest import browser, make_plan, sync

CATEGORIES = {"categories": ["reference_data", "templates"]}


@pytest.fixture
def joined(owner, main, child):
    """A sub-administration with the settings of the main one, and daily data in every state."""
    make_member(child, user=owner)
    with inside(main):
        WorkType.objects.create(name="Onderhoud")
        WorkStatus.objects.create(code="P", name="Gepland")
        rate = VatRate.objects.create(code="H", name="Hoog", percentage="21.00")
        layout = Layout.objects.create(kind="invoice", name="Factuur")
        Scheme.objects.create(kind="invoice", name="Facturen", layout=layout, vat_rate=rate)
        quote = Layout.objects.create(kind="quotation", name="Offerte")
        Scheme.objects.create(kind="quotation", name="Offertes", layout=quote, vat_rate=rate)
    sync(owner, main, child, **CATEGORIES)
    fill(child)
    return child


def fill(administration):
    with inside(administration):
        customer = Customer.objects.create(number=1, name="Bakkerij Jansen")
        work = {"customer": customer, "work_type": WorkType.objects.get(), "status": WorkStatus.objects.get()}
        at = timezone.now()
        work |= {"picked_up_at": at, "completed_at": at, "settled_at": at}
        for number, stage in enumerate(WorkOrder.Stage.values):
            WorkOrder.objects.create(number=number, stage=stage, **work)
        quoted = {"scheme": Scheme.objects.get(kind="quotation"), "quoted_on": datetime.date(2026, 11, 1)}
        quoted |= {"valid_until": datetime.date(2026, 12, 1)}
        for number, state in enumerate(Quotation.State.values):
            Quotation.objects.create(number=number, state=state, customer=customer, subject="Ketel", **quoted)
        billed = {"scheme": Scheme.objects.get(kind="invoice"), "invoiced_on": datetime.date(2026, 11, 1)}
        billed |= {"due_on": datetime.date(2026, 12, 1)}
        Invoice.objects.create(customer=customer, state="draft", **billed)
        Invoice.objects.create(customer=customer, state="final", number=1, finalised_at=at, **billed)


def edit(administration):
    with inside(administration):
        WorkType.objects.update(description="changed")
        WorkStatus.objects.update(name="Ingepland")
        Layout.objects.update(header="changed")
        for scheme in Scheme.objects.all():
            scheme.currency = "USD"
            scheme.save()


def used_by(plan):
    found = Change.objects.filter(plan_target__plan=plan).values_list("label", "used_by")
    return dict(found)


def test_only_what_is_open_is_counted_and_each_document_once(owner, main, joined):
    edit(main)
    plan = make_plan(owner, main, joined, **CATEGORIES)
    used = used_by(plan)
    assert (used["Onderhoud"], used["Ingepland"]) == ({"work_orders": 4}, {"work_orders": 4})
    assert (used["Offertes"], used["Facturen"]) == ({"quotations": 2}, {"invoices": 1})
    assert used["Factuur"] == {}
    assert PlanTarget.objects.get(plan=plan).affected == {"work_orders": 4, "quotations": 2, "invoices": 1}


def test_what_is_not_written_affects_nothing_but_tells_what_uses_it(owner, main, joined):
    for administration, name in ((main, "Daar"), (joined, "Hier")):
        with inside(administration):
            WorkStatus.objects.update(name=name)
    plan = make_plan(owner, main, joined, **CATEGORIES)
    assert used_by(plan)["Daar"] == {"work_orders": 4}
    assert PlanTarget.objects.get(plan=plan).affected == {}


def test_a_coupled_setting_is_counted_by_what_uses_the_local_one(owner, main, joined):
    other = make_administration("Van Dijk Oost", main)
    make_member(other, user=owner)
    with inside(other):
        WorkType.objects.create(name="Onderhoud")
        WorkStatus.objects.create(code="P", name="Gepland")
        customer = Customer.objects.create(number=1, name="Bakkerij Jansen")
        WorkOrder.objects.create(
            number=1, customer=customer, work_type=WorkType.objects.get(), status=WorkStatus.objects.get()
        )
        own = WorkType.objects.get().uid
    from settings_sync.planning.verdicts import Word
    from settings_sync.services.deciding.deciding import Asked, decide

    with inside(main):
        uid = WorkType.objects.get().uid
    plan = make_plan(owner, main, other, categories=["reference_data"])
    decide(acting_user=owner, plan=plan, version=1, decisions=[Asked(uid, Word.COUPLE, other.slug, couple_with=own)])
    assert Change.objects.get(plan_target__plan=plan, uid=uid).used_by == {"work_orders": 1}
    assert PlanTarget.objects.get(plan=plan).affected == {"work_orders": 1}


def test_the_preview_tells_it_first_and_per_setting(owner, main, joined):
    edit(main)
    plan = make_plan(owner, main, joined, **CATEGORIES)
    url = f"/a/{main.slug}/settings/administrations/sync/{plan.pk}/"
    page = browser(owner).get(url).content.decode()
    assert "4 open work orders use this; they do not change</a>" in page
    with translation.override("en"):
        told = dict(show_plan(plan).affected)
        rows = list_changes(plan, used="quotations").object_list
    assert told == {
        "work_orders": "4 open work orders use this; they do not change",
        "quotations": "2 open quotations use this; they do not change",
        "invoices": "1 draft invoice uses this; it does not change",
    }
    assert [(row.label, row.used_by) for row in rows] == [("Offertes", ("2 open quotations",))]
    narrowed = browser(owner).get(url, {"used": "work_orders"}).content.decode()
    assert len(re.findall("used by 4 open work orders", narrowed)) == 2


def test_counting_takes_one_query_for_each_administration(owner, main, joined):
    from settings_sync.planning.values import PlannedChange
    from settings_sync.services.plans.usage import count_uses

    with inside(joined):
        keys = [("reference_data.worktype", row.uid) for row in WorkType.objects.all()]
        keys += [("templates_catalog.scheme", row.uid) for row in Scheme.objects.all()]
    changes = [
        PlannedChange(key=key, label="", action=Action.UPDATE, verdict=Verdict.BEHIND, base=b"", source=b"", local=b"")
        for key in keys
    ]
    with CaptureQueriesContext(connection) as captured:
        uses = count_uses(joined.schema_name, changes)
    assert len(captured) == 1
    assert uses.affected == {"work_orders": 4, "quotations": 2, "invoices": 1}


def test_who_decides_about_a_coupling_sees_what_uses_the_item_that_is_there(owner, main, child):
    make_member(child, user=owner)
    for administration in (main, child):
        with inside(administration):
            WorkType.objects.create(name="Onderhoud", description=administration.name)
            WorkStatus.objects.create(code="P", name="Gepland")
            rate = VatRate.objects.create(code="H", name="Hoog", percentage="21.00")
            for kind in ("invoice", "quotation"):
                layout = Layout.objects.create(kind=kind, name=kind)
                Scheme.objects.create(kind=kind, name=kind, layout=layout, vat_rate=rate)
    fill(child)
    plan = make_plan(owner, main, child, categories=["reference_data"])
    change = Change.objects.get(plan_target__plan=plan, label="Onderhoud")
    assert (change.verdict, change.couples, change.local_digest) == ("name_taken", None, None)
    undecided = dict(change.used_by)
    assert undecided["work_orders"] > 0
    coupled = Asked(item=change.uid, word=Word.COUPLE, couple_with=uuid.UUID(change.facts["holder_uid"]))
    decide(acting_user=owner, plan=plan, version=plan.version, decisions=[coupled])
    change.refresh_from_db()
    assert (change.action, change.used_by) == ("couple", undecided)
