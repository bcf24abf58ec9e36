"""Syncs, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Right
from tenants.sections import Group, Section

SECTIONS = (
    Section(
        Group.SHARED_SETTINGS,
        10,
        "sync:administrations",
        _("Administrations"),
        _("The sub-administrations, how far each is in line, and the sync to them."),
        "administration",
        Right.ADMINISTRATIONS_SEE,
        main_only=True,
    ),
    Section(
        Group.OWN_SETTINGS,
        30,
        "sync:kept",
        _("Kept as it is here"),
        _("What the main administration does not change here: pinned, or agreed, with the reason."),
        "lock",
        Right.ADMINISTRATIONS_SEE,
        sub_only=True,
    ),
    Section(
        Group.OWN_SETTINGS,
        40,
        "sync:policies",
        _("Policies of syncs"),
        _("What a sync does where nobody decides, and which settings are locked."),
        "sync",
        Right.SYNC_RUN,
        main_only=True,
    ),
)
