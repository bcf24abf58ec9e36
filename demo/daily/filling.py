"""Fills an administration with daily data."""

from dataclasses import dataclass
from random import Random

from django.db import connection, transaction
from django.utils import timezone

from business.models import NumberSequence
from tenants.models import Administration

from .customers import make_customers
from .sales import SalesMaker
from .settings_here import read_settings
from .words import REGIONS
from .work import WorkMaker


@dataclass(frozen=True)
class Amount:
    """How much there is of everything."""

    customers: int
    work_orders: int
    quotations: int


def fill_administration(
    administration: Administration, *, region: str, amount: Amount, employees: list[tuple[int, str]]
) -> None:
    """Write customers, and where there are settings to point at also work orders, quotations and invoices.

    The caller is inside of the administration. The same administration gets the same data, with dates around today.
    """
    chance = Random(administration.slug)  # nosec B311 # no secret
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        here = read_settings()
        customers = make_customers(
            chance=chance,
            count=amount.customers,
            region=REGIONS[region],
            payment_methods=here.payment_methods,
            now=now,
        )
        numbers = {"customer": amount.customers, "project": sum(map(len, customers.projects.values()))}
        if here.are_enough:
            orders = WorkMaker(chance, here, customers, employees, now).make(amount.work_orders)
            sales = SalesMaker(chance, here, customers, now)
            quotations = sales.make_quotations(amount.quotations, orders)
            final = sales.make_invoices(orders)
            numbers |= {"work_order": len(orders), "quotation": len(quotations), "invoice": final}
        NumberSequence.objects.bulk_create(
            NumberSequence(kind=kind, next_value=used + 1) for kind, used in numbers.items()
        )


def shift_sequences(administration: Administration, by: int) -> None:
    """Start the keys of every table at a number of its own, as in administrations that grew apart for years."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, %s + 37 * row_number() OVER "
            "(ORDER BY sequencename)) FROM pg_sequences WHERE schemaname = %s AND sequencename NOT LIKE 'django%%'",
            [by, administration.schema_name],
        )
