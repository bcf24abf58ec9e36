"""Final invoices stay as they are, and their numbers have no gaps."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction

from business.models import Customer, Invoice, InvoiceLine, NumberSequence
from business.services import finalise_invoice
from business.services.numbering import take_number
from catalog_kit.editing import EditRefused
from tenants.permissions import NotAllowed
from tenants.schemas import inside
from tests.business.conftest import make_catalog, make_draft
from tests.conftest import make_administration, make_member
from tests.waiting import PATIENCE_SECONDS, until_somebody_waits


@pytest.fixture
def final(owner, within, draft):
    return finalise_invoice(acting_user=owner, administration=within, invoice=draft)


def refused():
    """Within: the database refuses, and the transaction goes on."""
    return pytest.raises(IntegrityError, match="is final")


def test_a_final_invoice_has_number_totals_recipient_and_dates(final):
    assert (final.number, final.state) == (1, "final")
    assert (final.net_total, final.vat_total, final.total) == (Decimal("100"), Decimal("21"), Decimal("121"))
    assert final.recipient == "Bakkerij Jansen"
    assert (final.due_on - final.invoiced_on).days == 14


@pytest.mark.parametrize(
    "attempt",
    [
        lambda invoice: Invoice.objects.filter(pk=invoice.pk).update(reference="later"),
        lambda invoice: Invoice.objects.filter(pk=invoice.pk).update(state="draft", number=None, finalised_at=None),
        lambda invoice: Invoice.objects.filter(pk=invoice.pk)._raw_delete("default"),
        lambda invoice: invoice.delete(),
        lambda invoice: invoice.lines.update(unit_price=1),
        lambda invoice: invoice.lines.all()._raw_delete("default"),
        lambda invoice: InvoiceLine.objects.create(
            invoice=invoice,
            position=2,
            description="Nog iets",
            unit_price=1,
            vat_rate=invoice.lines.get().vat_rate,
            vat_percentage=21,
        ),
    ],
    ids=["edit", "reopen", "delete", "delete with lines", "edit a line", "delete a line", "add a line"],
)
def test_the_database_refuses_any_change_of_a_final_invoice(final, attempt):
    with refused(), transaction.atomic():
        attempt(final)
    assert Invoice.objects.get(pk=final.pk).lines.get().unit_price == 100


def test_a_line_cannot_be_moved_into_or_out_of_a_final_invoice(final, customer, catalog):
    other = make_draft(customer, catalog)
    with refused(), transaction.atomic():
        InvoiceLine.objects.filter(invoice=other).update(invoice=final)
    with refused(), transaction.atomic():
        InvoiceLine.objects.filter(invoice=final).update(invoice=other)


def test_a_draft_can_be_edited_and_deleted(draft):
    draft.lines.update(unit_price=5)
    Invoice.objects.filter(pk=draft.pk).update(reference="x")
    draft.delete()
    assert not InvoiceLine.objects.exists()


def test_an_invoice_is_made_final_once(owner, within, final):
    with pytest.raises(EditRefused):
        finalise_invoice(acting_user=owner, administration=within, invoice=final)
    assert NumberSequence.objects.get(kind="invoice").next_value == 2


def test_an_invoice_without_lines_is_refused_and_takes_no_number(owner, within, draft):
    draft.lines.all().delete()
    with pytest.raises(EditRefused):
        finalise_invoice(acting_user=owner, administration=within, invoice=draft)
    assert not NumberSequence.objects.filter(kind="invoice").exists()


def test_an_employee_makes_no_invoice_final(employee, within, draft):
    with pytest.raises(NotAllowed):
        finalise_invoice(acting_user=employee, administration=within, invoice=draft)


def test_the_database_refuses_a_final_invoice_without_a_number(draft):
    with pytest.raises(IntegrityError, match="business_invoice_final_is_numbered"), transaction.atomic():
        Invoice.objects.filter(pk=draft.pk).update(state="final")


def test_a_number_that_is_rolled_back_is_taken_by_the_next(within):
    with transaction.atomic():
        assert take_number(NumberSequence.Kind.INVOICE) == 1
        transaction.set_rollback(True)
    with transaction.atomic():
        assert take_number(NumberSequence.Kind.INVOICE) == 1


@pytest.fixture
def committed_main(committed):
    return make_administration("Van Dijk")


def test_numbers_have_no_gaps_when_many_finalise_at_once_and_some_fail(committed_main):
    """Six threads make forty invoices final; every third attempt breaks off after it took its number."""
    owner = make_member(committed_main)
    with inside(committed_main):
        catalog, customer = make_catalog(), Customer.objects.create(number=1, name="Jansen")
        drafts = [make_draft(customer, catalog) for _each in range(40)]

    def attempt(numbered):
        number, draft = numbered
        try:
            with inside(committed_main), transaction.atomic():
                finalise_invoice(acting_user=owner, administration=committed_main, invoice=draft)
                if number % 3 == 0:
                    transaction.set_rollback(True)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(attempt, enumerate(drafts)))
    close_old_connections()
    with inside(committed_main):
        numbers = sorted(Invoice.objects.filter(state="final").values_list("number", flat=True))
        assert numbers == list(range(1, 27))
        assert NumberSequence.objects.get(kind="invoice").next_value == 27


def test_a_line_that_is_added_while_an_invoice_becomes_final_waits_and_is_refused(committed_main):
    owner = make_member(committed_main)
    with inside(committed_main):
        catalog, customer = make_catalog(), Customer.objects.create(number=1, name="Jansen")
        draft = make_draft(customer, catalog)
        late = InvoiceLine(
            invoice=draft, position=2, description="Laat", unit_price=1, vat_rate=catalog.high, vat_percentage=21
        )

    def add_late():
        try:
            with inside(committed_main):
                late.save()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with inside(committed_main), transaction.atomic():
            finalise_invoice(acting_user=owner, administration=committed_main, invoice=draft)
            waiting = pool.submit(add_late)
            until_somebody_waits()
        with refused():
            waiting.result(timeout=PATIENCE_SECONDS)
    with inside(committed_main):
        assert draft.lines.count() == 1
