"""Making and editing customers."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import record
from business.rights import CustomerRight
from catalog_kit.editing import refuse_when, refuse_when_moved, values_of
from tenants.models import Administration
from tenants.permissions import require
from tenants.readable_names import problems_of_names

from ..choices import problems_of_choices
from ..models import Customer, NumberSequence
from .numbering import take_number

CUSTOMER_FIELDS = (
    "name",
    "street",
    "postcode",
    "city",
    "email",
    "phone",
    "vat_number",
    "payment_method",
    "notes",
)


def create_customer(*, acting_user: User, administration: Administration, values: Mapping[str, Any]) -> Customer:
    """A new customer with the next number. Raises NotAllowed or EditRefused."""
    require(acting_user, CustomerRight.CREATE, administration)
    customer = Customer()
    _fill(customer, values)
    with transaction.atomic():
        customer.number = take_number(NumberSequence.Kind.CUSTOMER)
        customer.save()
        record("customer.created", actor=acting_user, administration=administration, customer=customer.number)
    return customer


def update_customer(
    *,
    acting_user: User,
    administration: Administration,
    customer: Customer,
    values: Mapping[str, Any],
    seen: str | None = None,
) -> Customer:
    """Change a customer; the number stays. `seen` is the fingerprint of what the editor was looking at.

    Raises NotAllowed or EditRefused.
    """
    require(acting_user, CustomerRight.UPDATE, administration)
    with transaction.atomic():
        locked = Customer.objects.select_for_update().get(pk=customer.pk)
        refuse_when_moved(seen, values_of_customer(locked))
        _fill(locked, values)
        locked.save()
        record("customer.updated", actor=acting_user, administration=administration, customer=locked.number)
    return locked


def values_of_customer(customer: Customer) -> dict[str, Any]:
    """What can be edited of a customer, as people read it."""
    return values_of(customer, CUSTOMER_FIELDS)


def _fill(customer: Customer, values: Mapping[str, Any]) -> None:
    former = {"payment_method": customer.payment_method_id}
    for name in CUSTOMER_FIELDS:
        if name in values:
            setattr(customer, name, values[name])
    problems = problems_of_choices(customer, former) | problems_of_names(customer)
    if not customer.name.strip():
        problems["name"] = [_("A customer needs a name.")]
    refuse_when(problems)
