"""What a sync did in an administration, in words: the rows it wrote, and where the result differs from the plan."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import Finding, Receipt, SyncTarget
from settings_sync.wording.findings import finding_in_words


@dataclass(frozen=True)
class RowsWritten:
    """How many rows of one table a sync wrote; the table in words."""

    label: str
    number: int


@dataclass(frozen=True)
class Proof:
    """The receipt of one administration, in words."""

    rows: tuple[RowsWritten, ...]
    business_rows_written: int
    snapshot_id: uuid.UUID
    written_at: datetime

    @property
    def total(self) -> int:
        return sum(row.number for row in self.rows)


def proof_of(target: SyncTarget) -> Proof | None:
    """What the receipt of one administration of a run proves; None when it has none."""
    # Asked for so, because Django raises where a target has none.
    receipt: Receipt | None = getattr(target, "receipt", None)
    if receipt is None:
        return None
    return Proof(rows_of(receipt), receipt.business_rows_written, receipt.snapshot_id, receipt.written_at)


def rows_of(receipt: Receipt) -> tuple[RowsWritten, ...]:
    """How many rows were written, with the name of each table in words."""
    names = _table_names(get_language())
    # A receipt outlives the tables that it names.
    return tuple(RowsWritten(names.get(table, table), number) for table, number in receipt.rows.items() if number)


@lru_cache
def _table_names(_language: str | None) -> Mapping[str, str]:
    """Each settings table in words of the language of now; once, for a run has a receipt for each administration."""
    names = {
        "sync_ledger_base": _("notes of what was synced"),
        "sync_ledger_deviation": _("notes of what stays as it is"),
    }
    for kind in all_kinds():
        names |= {table.table: str(table.model._meta.verbose_name_plural) for table in kind.tables}
        names |= {link.table: f"{kind.label}, {link.label}" for link in kind.links}
    return names


def words_of(finding: Finding) -> str:
    """A difference between a plan and its result, as one sentence."""
    later = finding.overtaken_by
    return finding_in_words(finding.code, finding.label, later.created_at if later else None)
