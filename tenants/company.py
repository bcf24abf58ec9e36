"""Company details: what an administration says about itself on paper. They belong to it alone and never travel."""

from collections.abc import Mapping

from django.db import transaction
from stdnum import iban

from accounts.models import User
from audit.models import record

from .exceptions import CompanyDetailsMoved
from .fingerprints import fingerprint
from .models import Administration
from .permissions import require
from .rights import AdministrationRight

COMPANY_FIELDS = (
    "company_name",
    "company_street",
    "company_postcode",
    "company_city",
    "company_email",
    "company_phone",
    "company_vat_number",
    "company_iban",
)


def update_company_details(
    *, acting_user: User, administration: Administration, details: Mapping[str, str], seen: str | None = None
) -> list[str]:
    """Store the company details and return the names of the fields that changed.

    `details` has a value per field of COMPANY_FIELDS that may change; `seen` is the mark of what the editor was looking
    at. Raises NotAllowed, or CompanyDetailsMoved when somebody else changed them since.
    """
    require(acting_user, AdministrationRight.UPDATE, administration)
    with transaction.atomic():
        stored = Administration.objects.select_for_update().get(pk=administration.pk)
        if seen is not None and seen != mark_of_company(stored):
            raise CompanyDetailsMoved
        changes = _changes(stored, details)
        if changes:
            stored.save(update_fields=list(changes))
            record("company_details.changed", actor=acting_user, administration=stored, changes=changes)
    return list(changes)


def mark_of_company(administration: Administration) -> str:
    """A mark of the details as they stand, by which saving sees that they have moved."""
    return fingerprint({field: getattr(administration, field) for field in COMPANY_FIELDS})


def is_iban(text: str) -> bool:
    """Whether it is an international bank account number, by its country's form and its check digits."""
    return text.isascii() and bool(iban.is_valid(text, check_country=False))


def _changes(stored: Administration, details: Mapping[str, str]) -> dict[str, list[str]]:
    """Old and new value of each field that differs; the values are set on `stored`."""
    changes: dict[str, list[str]] = {}
    for field in COMPANY_FIELDS:
        old = getattr(stored, field)
        new = details.get(field, getattr(stored, field))
        if old != new:
            changes[field] = [old, new]
            setattr(stored, field, new)
    return changes
