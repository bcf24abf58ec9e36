"""What is sent from the pages of a takeover: a choice per setting, or one thing to do with many."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from settings_sync.services.takeover.own_settings import OWN, Sort
from settings_sync.services.takeover.takeover import NEW
from tenants.entry_fields import WholeNumberField

CHOICE = "with-"
NEED = "need-"
DEFAULT = "default-"
REST = "rest"

SAVE = "save"
PROPOSE = "propose"
NEEDS = "needs"
PROPOSED = "proposed"
LATER = "open"
TICKED = {
    PROPOSED: _("Couple as proposed"),
    OWN: _("Leave as its own"),
    LATER: _("Decide later"),
}
"""What can be done with what is ticked."""

DEFAULT_PARTS = (Sort.SURE, Sort.ALONE, REST)
"""What of the proposal is ticked beforehand: what is only alike somebody has to look at."""


class TakeoverForm(forms.Form):
    """A page of the sitting: `choices` gives what was chosen per own setting, `needs` per setting of the main."""

    version = WholeNumberField(min_value=1, widget=forms.HiddenInput)
    do = forms.ChoiceField(choices=[(key, key) for key in (SAVE, PROPOSE, NEEDS, *TICKED)], required=False)

    def choices(self) -> dict[uuid.UUID, str]:
        """What was chosen on the page, by the uid of the own setting; what makes no sense is left out."""
        return self._chosen(CHOICE, ("", OWN))

    def needs(self) -> dict[uuid.UUID, str]:
        """What was chosen for what others need, by the uid of the main's setting."""
        return self._chosen(NEED, ("", NEW))

    def defaults(self) -> dict[uuid.UUID, bool]:
        """By the uid of the main's setting whether it becomes the default."""
        sent = {name.removeprefix(DEFAULT): value for name, value in self.data.items() if name.startswith(DEFAULT)}
        return {uuid.UUID(name): value == "take" for name, value in sent.items() if _is_uid(name)}

    def picked(self) -> list[str]:
        """The uids of the own settings that were ticked."""
        return self._list("pick")

    def parts(self) -> list[str]:
        """Which parts of the proposal were ticked."""
        return self._list("take")

    def _chosen(self, prefix: str, words: tuple[str, ...]) -> dict[uuid.UUID, str]:
        sent = {name.removeprefix(prefix): value for name, value in self.data.items() if name.startswith(prefix)}
        return {
            uuid.UUID(name): value
            for name, value in sent.items()
            if _is_uid(name) and (value in words or _is_uid(value))
        }

    def _list(self, name: str) -> list[str]:
        data: Any = self.data
        return data.getlist(name) if hasattr(data, "getlist") else []


def _is_uid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
