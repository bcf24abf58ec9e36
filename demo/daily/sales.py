"""Quotations and invoices. Invoices arrive as drafts, and are made final when their lines are there."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection

from business.amounts import add_up
from business.models import Invoice, InvoiceLine, Quotation, QuotationLine

from . import words
from .copying import copy_rows, with_keys
from .customers import Customers
from .settings_here import SettingsHere

Rows = list[dict[str, Any]]
FINALISE = """
UPDATE business_invoice SET state = 'final', number = numbered.number, finalised_at = numbered.finalised_at
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS numbered(id, number, finalised_at)
WHERE business_invoice.id = numbered.id
"""


@dataclass(frozen=True)
class _Line:
    amount: Decimal
    vat_percentage: Decimal


@dataclass
class SalesMaker:
    """Makes the quotations and invoices of one administration."""

    chance: Random
    here: SettingsHere
    customers: Customers
    now: datetime

    def make_quotations(self, count: int, orders: Rows) -> Rows:
        """Write that many quotations; the accepted ones became a work order of the same customer where there is one."""
        of_customer = {order["customer_id"]: order["id"] for order in orders}
        quotations = with_keys(Quotation, [self._quotation(number, of_customer) for number in range(1, count + 1)])
        lines = [line for row in quotations for line in self._lines(row, "quotation_id", self.chance.randint(2, 4))]
        copy_rows(Quotation, quotations)
        copy_rows(QuotationLine, with_keys(QuotationLine, lines))
        return quotations

    def make_invoices(self, orders: Rows) -> int:
        """Bill the settled work orders, credit a few, and leave some drafts; returns how many are final."""
        settled = [order for order in orders if order["stage"] == "settled" and self.chance.random() < 0.95]
        complete = [order for order in orders if order["stage"] == "complete"][:8]
        bills = with_keys(Invoice, [self._invoice(order) for order in [*settled, *complete]])
        credit_notes = with_keys(Invoice, [self._credit_note(bill) for bill in bills[: len(settled) : 30]])
        lines = [line for row in bills for line in self._lines(row, "invoice_id", self.chance.randint(1, 4))]
        lines += [line for note in credit_notes for line in self._reversed(note, lines)]
        for rows, model in ((bills + credit_notes, Invoice), (with_keys(InvoiceLine, lines), InvoiceLine)):
            copy_rows(model, rows)
        final = bills[: len(settled)] + credit_notes
        self._make_final(final)
        return len(final)

    def _quotation(self, number: int, of_customer: dict[int, int]) -> dict[str, Any]:
        customer = self.chance.choice(self.customers.rows)
        state = self.chance.choice(("draft", "sent", "sent", "accepted", "accepted", "declined"))
        quoted_on = (self.now - timedelta(days=self.chance.randint(0, 200))).date()
        return {
            "number": number,
            "customer_id": customer["id"],
            "scheme_id": self._scheme("quotation"),
            "work_order_id": of_customer.get(customer["id"]) if state == "accepted" else None,
            "state": state,
            "subject": self.chance.choice(words.SUBJECTS),
            "quoted_on": quoted_on,
            "valid_until": quoted_on + timedelta(days=30),
        }

    def _invoice(self, order: dict[str, Any]) -> dict[str, Any]:
        done = order["settled_at"] or order["completed_at"]
        customer = self._customer(order["customer_id"])
        return {
            "customer_id": order["customer_id"],
            "scheme_id": self._scheme("invoice"),
            "work_order_id": order["id"],
            "type": "debit",
            "reference": order["reference"],
            "recipient": f"{customer['name']}\n{customer['street']}\n{customer['postcode']} {customer['city']}",
            "invoiced_on": done.date(),
            "due_on": done.date() + timedelta(days=14),
        }

    def _credit_note(self, bill: dict[str, Any]) -> dict[str, Any]:
        on: date = bill["invoiced_on"] + timedelta(days=3)
        return {**bill, "type": "credit", "credits_id": bill["id"], "invoiced_on": on, "due_on": on}

    def _lines(self, document: dict[str, Any], up: str, count: int) -> Rows:
        lines = []
        for position in range(1, count + 1):
            rate, percentage = self.chance.choice(self.here.vat_rates)
            code, name, _unit, price = self.chance.choice(words.MATERIALS)
            is_work = position == 1
            lines.append(
                {
                    up: document["id"],
                    "position": position,
                    "description": "Arbeid" if is_work else f"{code} {name}",
                    "quantity": Decimal(self.chance.randint(4, 24)) / 4
                    if is_work
                    else Decimal(self.chance.randint(1, 5)),
                    "unit_price": Decimal("62.50") if is_work else Decimal(price),
                    "vat_rate_id": rate,
                    "vat_percentage": percentage,
                }
            )
        return self._totalled(document, lines)

    def _reversed(self, note: dict[str, Any], lines: Rows) -> Rows:
        of_bill = [line for line in lines if line["invoice_id"] == note["credits_id"]]
        mirrored = [{**line, "invoice_id": note["id"], "quantity": -line["quantity"]} for line in of_bill]
        return self._totalled(note, mirrored)

    def _totalled(self, document: dict[str, Any], lines: Rows) -> Rows:
        amounts = add_up(
            _Line((line["quantity"] * line["unit_price"]).quantize(Decimal("0.01")), line["vat_percentage"])
            for line in lines
        )
        document |= {name: getattr(amounts, name) for name in ("net_total", "vat_total", "total")}
        return lines

    def _make_final(self, invoices: Rows) -> None:
        """Number them in the order of their dates, without gaps."""
        ordered = sorted(invoices, key=lambda row: (row["invoiced_on"], row["id"]))
        moments = [self.now - timedelta(days=(self.now.date() - row["invoiced_on"]).days) for row in ordered]
        with connection.cursor() as cursor:
            cursor.execute(FINALISE, [[row["id"] for row in ordered], list(range(1, len(ordered) + 1)), moments])

    def _scheme(self, kind: str) -> int:
        if self.chance.random() < 0.7 and kind in self.here.default_schemes:
            return self.here.default_schemes[kind]
        return self.chance.choice(self.here.schemes[kind])

    def _customer(self, key: int) -> dict[str, Any]:
        first = self.customers.rows[0]["id"]
        return self.customers.rows[key - first]
