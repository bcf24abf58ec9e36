"""Syncs, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import AdministrationRight, SyncRight
from tenants.sections import Group, Section, register

register(
    Section(
        Group.SHARED_SETTINGS,
        10,
        "sync:administrations",
        _("Administrations"),
        _("The sub-administrations, how far each is in line, and the sync to them."),
        "administration",
        AdministrationRight.SEE,
        main_only=True,
    ),
    Section(
        Group.SHARED_SETTINGS,
        90,
        "sync:item-import",
        _("Import a setting"),
        _("A setting from another administration or another Eenlijn, from a file."),
        "info",
        AdministrationRight.SEE,
    ),
    Section(
        Group.SHARED_SETTINGS,
        95,
        "sync:drafts",
        _("Drafts"),
        _("Settings that are being worked on: not used, and not travelling until they are published."),
        "edit",
        AdministrationRight.SEE,
    ),
    Section(
        Group.OWN_SETTINGS,
        30,
        "sync:kept",
        _("Kept as it is here"),
        _("What the main administration does not change here: pinned, or agreed, with the reason."),
        "lock",
        AdministrationRight.SEE,
        sub_only=True,
    ),
    Section(
        Group.OWN_SETTINGS,
        35,
        "sync:packages-here",
        _("Packages"),
        _("What the main administration asks of this one, and what you may take."),
        "sync",
        AdministrationRight.SEE,
        sub_only=True,
    ),
    Section(
        Group.OWN_SETTINGS,
        36,
        "sync:packages",
        _("Packages"),
        _("Which settings belong together, and who is to have them."),
        "sync",
        SyncRight.RUN,
        main_only=True,
    ),
    Section(
        Group.OWN_SETTINGS,
        40,
        "sync:policies",
        _("Policies of syncs"),
        _("What a sync does where nobody decides, and which settings are required."),
        "sync",
        SyncRight.RUN,
        main_only=True,
    ),
)
