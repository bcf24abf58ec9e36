"""The other shared settings, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import AdministrationRight
from tenants.sections import Group, Section, register

from .rights import ReferenceDataRight

register(
    Section(
        Group.SHARED_SETTINGS,
        50,
        "reference_data:overview",
        _("Other shared settings"),
        _("Work types, statuses, hour types, payment methods, VAT rates and other lists."),
        "reference-data",
        ReferenceDataRight.READ,
    ),
    Section(
        Group.OWN_SETTINGS,
        15,
        "reference_data:logo",
        _("Logo"),
        _("The picture on e-mails, invoices and other documents of this administration."),
        "company",
        AdministrationRight.UPDATE,
    ),
)
