"""What is sent from the pages of a takeover: a choice per setting, or one thing to do with many."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from settings_sync.services.takeover.takeover import NEW, OTHER
from tenants.entry_fields import WholeNumberField

CHOICE = "with-"

SAVE = "save"
EXACT = "exact"
BULK = "bulk"
BULKS = {
    "suggested": _("couple with the first suggestion"),
    NEW: _("add as new"),
    "open": _("decide later"),
}
SCOPES = {"picked": _("what is ticked"), "listed": _("everything in this list")}


class TakeoverForm(forms.Form):
    """A page of the sitting: `choices` gives what was chosen per setting."""

    version = WholeNumberField(min_value=1, widget=forms.HiddenInput)
    do = forms.ChoiceField(choices=[(key, key) for key in (SAVE, EXACT, BULK)])
    bulk = forms.ChoiceField(choices=list(BULKS.items()), required=False)
    scope = forms.ChoiceField(choices=list(SCOPES.items()), required=False)

    def choices(self) -> dict[uuid.UUID, str]:
        """What was chosen on the page, by the uid of the main's setting; what makes no sense is left out."""
        sent = {name.removeprefix(CHOICE): value for name, value in self.data.items() if name.startswith(CHOICE)}
        return {uuid.UUID(name): value for name, value in sent.items() if _is_uid(name) and _is_choice(value)}

    def picked(self) -> set[str]:
        """The uids of the main's settings that were ticked."""
        data: Any = self.data
        return set(data.getlist("pick")) if hasattr(data, "getlist") else set()


def _is_choice(value: str) -> bool:
    return value in ("", NEW, OTHER) or _is_uid(value)


def _is_uid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
