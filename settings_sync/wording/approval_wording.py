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
    number = int(reason.get("number", 0))
    if code == "always":
        return _("Every sync waits for approval.")
    if code == "administrations":
        text = _("It goes to %(number)d administrations, and above %(above)d it waits for approval.")
        return str(text % dict(reason))
    if code == "removals":
        return ngettext("It removes or archives %d setting.", "It removes or archives %d settings.", number) % number
    if code == "order-always":
        return _("This standing order always waits until somebody has looked.")
    if code == "order-removes-much":
        return _("It would remove or overwrite much, which a standing order never does by itself.")
    if code == "order-conflicts":
        return ngettext("It would hold back %d setting.", "It would hold back %d settings.", number) % number
    return code
