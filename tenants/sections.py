"""The parts of an administration that its pages lead to: what they are called, where they are and who may see them.

Each app registers its own, in its `sections.py`; those of `tenants` are at the end of this one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _

from .models import Administration
from .rights import AdministrationRight, Right


class Group(Enum):
    """The lists in which people find the parts."""

    DAILY_WORK = auto()
    SYNCS = auto()
    SHARED_SETTINGS = auto()
    OWN_SETTINGS = auto()


SETTINGS = (Group.SYNCS, Group.SHARED_SETTINGS, Group.OWN_SETTINGS)
"""The lists of the page of settings."""


@dataclass(frozen=True)
class Section:
    """A link to one part; `right` is what it takes to read it.

    `place` orders the parts of a group, which come from several apps: by tens, so that there is room in between.
    """

    group: Group
    place: int
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


_registered: list[Section] = []


def register(*sections: Section) -> None:
    """Add the sections of an app: called in its `sections.py`, which is imported when all apps are ready."""
    _registered.extend(sections)


def sections_of(*groups: Group) -> list[Section]:
    """The sections of these groups, in the order in which people see them."""
    found = (section for section in _registered if section.group in groups)
    return sorted(found, key=lambda section: (groups.index(section.group), section.place))


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
    return any(section.right in rights for section in sections_of(*SETTINGS))


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


register(
    Section(
        Group.OWN_SETTINGS,
        10,
        "company-details",
        _("Company details"),
        _("Name, address, VAT number and bank account. They never travel with a sync."),
        "company",
        AdministrationRight.UPDATE,
    ),
    Section(
        Group.OWN_SETTINGS,
        50,
        "role-list",
        _("Roles and permissions"),
        _("Which roles there are and what each of them may do."),
        "role",
        AdministrationRight.SEE,
    ),
    Section(
        Group.OWN_SETTINGS,
        70,
        "token-list",
        _("API tokens"),
        _("Keys with which other systems act for you over REST."),
        "lock",
        AdministrationRight.SEE,
        main_only=True,
    ),
)
