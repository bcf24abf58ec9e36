"""Adding up lines. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

CENT = Decimal("0.01")


class HasAmount(Protocol):
    """A line: its amount without VAT, and its percentage."""

    @property
    def vat_percentage(self) -> Decimal: ...

    @property
    def amount(self) -> Decimal: ...


@dataclass(frozen=True)
class Amounts:
    """The totals of a document, and its VAT per percentage."""

    net_total: Decimal
    vat_total: Decimal
    total: Decimal
    vat_per_rate: tuple[tuple[Decimal, Decimal], ...]


def add_up(lines: Iterable[HasAmount]) -> Amounts:
    """The totals of some lines; VAT is rounded once per percentage, half a cent up."""
    net: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        net[line.vat_percentage] += line.amount
    vat = tuple((rate, (amount * rate / 100).quantize(CENT, ROUND_HALF_UP)) for rate, amount in sorted(net.items()))
    net_total = sum(net.values(), Decimal("0.00"))
    vat_total = sum((amount for _rate, amount in vat), Decimal("0.00"))
    return Amounts(net_total, vat_total, net_total + vat_total, vat)
