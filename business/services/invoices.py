"""Making invoices final."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import record
from business.rights import InvoiceRight
from catalog_kit.editing import refuse_when
from tenants.models import Administration
from tenants.permissions import NotAllowed

from ..amounts import add_up
from ..models import Invoice, NumberSequence
from ..permissions import may_finalise_invoices
from .numbering import take_number

DAYS_TO_PAY = 14


def finalise_invoice(
    *, acting_user: User, administration: Administration, invoice: Invoice, on: date | None = None
) -> Invoice:
    """Give a draft its number, date, recipient and totals; from then on nothing of it changes.

    Raises NotAllowed, or EditRefused when it is final already or has no lines.
    """
    if not may_finalise_invoices(acting_user, administration):
        raise NotAllowed(InvoiceRight.READ)
    with transaction.atomic():
        locked = Invoice.objects.select_for_update(of=("self",)).select_related("customer").get(pk=invoice.pk)
        lines = list(locked.lines.all())
        refuse_when({"": _problems_of(locked, len(lines))})
        amounts = add_up(lines)
        locked.net_total = amounts.net_total
        locked.vat_total = amounts.vat_total
        locked.total = amounts.total
        locked.recipient = locked.customer.address
        locked.invoiced_on = on or timezone.localdate()
        locked.due_on = locked.invoiced_on + timedelta(days=DAYS_TO_PAY)
        locked.finalised_at = timezone.now()
        locked.number = take_number(NumberSequence.Kind.INVOICE)
        locked.state = Invoice.State.FINAL
        locked.save()
        record("invoice.final", actor=acting_user, administration=administration, invoice=locked.number)
    return locked


def _problems_of(invoice: Invoice, lines: int) -> list[str]:
    if invoice.state == Invoice.State.FINAL:
        return [_("Invoice %(number)s is final already.") % {"number": invoice.number}]
    if not lines:
        return [_("An invoice without lines cannot be made final.")]
    return []
