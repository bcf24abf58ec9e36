"""The parts of an administration that its pages lead to: what they are called, where they are and who may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _

from .models import Administration
from .rights import Right


@dataclass(frozen=True)
class Section:
    """A link to one part; `right` is what it takes to read it."""

    url_name: str
    label: Any
    description: Any
    icon: str
    right: Right
    main_only: bool = False
    sub_only: bool = False


@dataclass(frozen=True)
class SectionLink:
    """A section as one user sees it in one administration."""

    section: Section
    url: str


DAILY_WORK = (
    Section(
        "business:work-order-list",
        _("Work orders"),
        _("What is planned, under way and done, with the forms that were filled in."),
        "work-order",
        Right.WORK_ORDERS_READ,
    ),
    Section(
        "business:customer-list",
        _("Customers"),
        _("Who you work for, with their contacts and addresses."),
        "customer",
        Right.CUSTOMERS_READ,
    ),
    Section(
        "business:quotation-list",
        _("Quotations"),
        _("What was offered, and what became of it."),
        "quotation",
        Right.QUOTATIONS_READ,
    ),
    Section(
        "business:invoice-list", _("Invoices"), _("What was invoiced, draft and final."), "invoice", Right.INVOICES_READ
    ),
)
SHARED_SETTINGS = (
    Section(
        "sync:administrations",
        _("Administrations"),
        _("The sub-administrations, how far each is in line, and the sync to them."),
        "administration",
        Right.ADMINISTRATIONS_SEE,
        main_only=True,
    ),
    Section(
        "forms_catalog:list",
        _("Forms"),
        _("What is filled in on a job: sections, fields and when they show."),
        "form",
        Right.FORMS_READ,
    ),
    Section(
        "workflows:list",
        _("Workflows"),
        _("The steps of a job, from customer to signature."),
        "workflow",
        Right.WORKFLOWS_READ,
    ),
    Section(
        "templates:list",
        _("Templates"),
        _("E-mail and SMS templates, layouts, and the schemes of quotations and invoices."),
        "template",
        Right.TEMPLATES_READ,
    ),
    Section(
        "reference_data:overview",
        _("Other shared settings"),
        _("Work types, statuses, hour types, payment methods, VAT rates and other lists."),
        "reference-data",
        Right.REFERENCE_DATA_READ,
    ),
)
OWN_SETTINGS = (
    Section(
        "company-details",
        _("Company details"),
        _("Name, address, VAT number and bank account. They never travel with a sync."),
        "company",
        Right.ADMINISTRATIONS_UPDATE,
    ),
    Section(
        "templates:variables",
        _("Variables"),
        _("Texts of this administration that shared templates take up, such as opening hours."),
        "template",
        Right.ADMINISTRATIONS_UPDATE,
    ),
    Section(
        "sync:kept",
        _("Kept as it is here"),
        _("What the main administration does not change here: pinned, or agreed, with the reason."),
        "lock",
        Right.ADMINISTRATIONS_SEE,
        sub_only=True,
    ),
    Section(
        "sync:policies",
        _("Policies of syncs"),
        _("What a sync does where nobody decides, and which settings are locked."),
        "sync",
        Right.SYNC_RUN,
        main_only=True,
    ),
    Section(
        "role-list",
        _("Roles and permissions"),
        _("Which roles there are and what each of them may do."),
        "role",
        Right.ADMINISTRATIONS_SEE,
    ),
    Section(
        "webhooks:list",
        _("Webhooks"),
        _("Which other systems are told when a sync has finished, and whether the messages arrive."),
        "webhook",
        Right.WEBHOOKS_MANAGE,
        main_only=True,
    ),
    Section(
        "token-list",
        _("API tokens"),
        _("Keys with which other systems act for you over REST."),
        "lock",
        Right.ADMINISTRATIONS_SEE,
        main_only=True,
    ),
    Section(
        "webhooks:mail",
        _("E-mail about syncs"),
        _("Whether you get an e-mail when a sync has ended. Everybody chooses for themselves."),
        "bell",
        Right.ADMINISTRATIONS_SEE,
        main_only=True,
    ),
)
SETTINGS = SHARED_SETTINGS + OWN_SETTINGS


def links_to(
    sections: Collection[Section], administration: Administration, rights: Collection[str]
) -> list[SectionLink]:
    """The sections that exist and that these rights open, with their addresses in this administration."""
    found = [
        SectionLink(section, url)
        for section in sections
        if section.right in rights
        and not (section.sub_only if administration.is_main else section.main_only)
        and (url := _address(section.url_name, administration))
    ]
    return found


def may_open_settings(rights: Collection[str]) -> bool:
    """Whether these rights open any page of the settings."""
    return any(section.right in rights for section in SETTINGS)


def section_address(administration: Administration, rights: Collection[str], section: str) -> str | None:
    """The address of a section by its path ("customers", "settings/forms"), or None when it may not be opened here."""
    address = f"/a/{administration.slug}/{section}/"
    try:
        match = resolve(address)
    except Resolver404:
        return None
    any_of = getattr(match.func, "any_of", ())
    lists_something = set(match.kwargs) == {"slug"}
    return address if lists_something and (not any_of or not set(any_of).isdisjoint(rights)) else None


def _address(url_name: str, administration: Administration) -> str:
    try:
        return reverse(url_name, args=[administration.slug])
    except NoReverseMatch:
        return ""
