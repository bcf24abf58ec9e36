"""The rights that a role can hold, and the two built-in roles."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Right(TextChoices):
    """`module.verb`; settings modules are the catalogs, business modules the daily data."""

    ADMINISTRATIONS_SEE = "administrations.see", _("see the administrations")
    ADMINISTRATIONS_CREATE = "administrations.create", _("create administrations")
    ADMINISTRATIONS_DELETE = "administrations.delete", _("delete administrations")
    ADMINISTRATIONS_UPDATE = "administrations.update", _("edit company details")
    SYNC_RUN = "sync.run", _("sync to sub-administrations")
    SYNC_UNDO = "sync.undo", _("undo a sync")
    WEBHOOKS_MANAGE = "webhooks.manage", _("manage webhooks")
    ROLES_MANAGE = "roles.manage", _("make, edit and delete roles")
    FORMS_CREATE = "forms.create", _("forms: create")
    FORMS_READ = "forms.read", _("forms: read")
    FORMS_UPDATE = "forms.update", _("forms: edit")
    FORMS_DELETE = "forms.delete", _("forms: delete")
    WORKFLOWS_CREATE = "workflows.create", _("workflows: create")
    WORKFLOWS_READ = "workflows.read", _("workflows: read")
    WORKFLOWS_UPDATE = "workflows.update", _("workflows: edit")
    WORKFLOWS_DELETE = "workflows.delete", _("workflows: delete")
    TEMPLATES_CREATE = "templates.create", _("templates: create")
    TEMPLATES_READ = "templates.read", _("templates: read")
    TEMPLATES_UPDATE = "templates.update", _("templates: edit")
    TEMPLATES_DELETE = "templates.delete", _("templates: delete")
    REFERENCE_DATA_CREATE = "reference_data.create", _("other shared settings: create")
    REFERENCE_DATA_READ = "reference_data.read", _("other shared settings: read")
    REFERENCE_DATA_UPDATE = "reference_data.update", _("other shared settings: edit")
    REFERENCE_DATA_DELETE = "reference_data.delete", _("other shared settings: delete")
    CUSTOMERS_CREATE = "customers.create", _("customers: create")
    CUSTOMERS_READ = "customers.read", _("customers: read")
    CUSTOMERS_UPDATE = "customers.update", _("customers: edit")
    CUSTOMERS_DELETE = "customers.delete", _("customers: delete")
    WORK_ORDERS_CREATE = "work_orders.create", _("work orders: create")
    WORK_ORDERS_READ = "work_orders.read", _("work orders: read")
    WORK_ORDERS_UPDATE = "work_orders.update", _("work orders: edit")
    WORK_ORDERS_DELETE = "work_orders.delete", _("work orders: delete")
    QUOTATIONS_READ = "quotations.read", _("quotations: read")
    INVOICES_READ = "invoices.read", _("invoices: read")


MODULES = {
    "administrations": _("Administrations"),
    "sync": _("Syncs"),
    "webhooks": _("Webhooks"),
    "roles": _("Roles"),
    "forms": _("Forms"),
    "workflows": _("Workflows"),
    "templates": _("Templates"),
    "reference_data": _("Other shared settings"),
    "customers": _("Customers"),
    "work_orders": _("Work orders"),
    "quotations": _("Quotations"),
    "invoices": _("Invoices"),
}
"""What the part of a right before the point is called, in the order in which people see them."""


def rights_of_module(module: str) -> list[Right]:
    """The rights over one module."""
    return [right for right in Right if right.value.partition(".")[0] == module]


def verb_of(right: Right) -> str:
    """What a right allows, for a list that names the module already: “create” of “forms: create”."""
    label = str(right.label)
    return label.partition(": ")[2] or label


ADMINISTRATOR_ROLE = "Beheerder"
EMPLOYEE_ROLE = "Medewerker"

BUILT_IN_ROLES: dict[str, list[str]] = {
    ADMINISTRATOR_ROLE: list(Right.values),
    EMPLOYEE_ROLE: [Right.CUSTOMERS_READ, Right.WORK_ORDERS_READ, Right.WORK_ORDERS_UPDATE],
}
