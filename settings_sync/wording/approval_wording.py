"""Why a run waits for approval, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def reasons_in_words(reasons: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence for each reason."""
    return [reason_in_words(reason) for reason in reasons]


def reason_in_words(reason: Mapping[str, Any]) -> str:
    """One reason as a sentence; of one that is not known any more its code."""
    code = str(reason["code"])
    if code == "always":
        return _("Every sync waits for approval.")
    if code == "administrations":
        text = _("It goes to %(number)d administrations, and above %(above)d it waits for approval.")
        return str(text % dict(reason))
    if code == "removals":
        number = int(reason["number"])
        text = ngettext("It removes or archives %d setting.", "It removes or archives %d settings.", number)
        return text % number
    return code
