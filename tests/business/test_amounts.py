"""Adding up lines."""

from dataclasses import dataclass
from decimal import Decimal

from business.amounts import add_up


@dataclass
class Line:
    amount: Decimal
    vat_percentage: Decimal


def line(amount: str, percentage: str) -> Line:
    return Line(Decimal(amount), Decimal(percentage))


def test_vat_is_rounded_once_per_percentage_and_not_per_line():
    amounts = add_up([line("0.02", "21.00"), line("0.02", "21.00"), line("10.00", "9.00")])
    assert amounts.net_total == Decimal("10.04")
    assert amounts.vat_per_rate == ((Decimal("9.00"), Decimal("0.90")), (Decimal("21.00"), Decimal("0.01")))
    assert amounts.total == Decimal("10.95")


def test_half_a_cent_is_rounded_up():
    assert add_up([line("0.50", "21.00")]).vat_total == Decimal("0.11")


def test_no_lines_add_up_to_nothing():
    assert add_up([]).total == Decimal("0.00")
