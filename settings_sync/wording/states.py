"""How a setting, or an administration, stands: one of a few states, with its word and icon wherever it is shown."""

from enum import Enum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class State(Enum):
    """In the order of how much each asks somebody's attention. `value` is a word of the style sheet."""

    CONFLICT = "conflict"
    BEHIND = "behind"
    APART = "apart"
    CHANGED = "changed"
    REQUIRED = "required"
    PINNED = "pinned"
    OWN = "own"
    IN_LINE = "in-line"

    @property
    def weight(self) -> int:
        """The lower, the more it asks attention."""
        return list(State).index(self)

    @property
    def icon(self) -> str:
        return ICONS[self]

    @property
    def tone(self) -> str:
        """The meaning of a badge: ok, warn, bad, info or neutral."""
        return TONES[self]


ICONS = {
    State.CONFLICT: "conflict",
    State.BEHIND: "up",
    State.APART: "neutral",
    State.CHANGED: "edit",
    State.REQUIRED: "lock",
    State.PINNED: "pin",
    State.OWN: "neutral",
    State.IN_LINE: "check",
}
TONES = {
    State.CONFLICT: "bad",
    State.BEHIND: "warn",
    State.APART: "neutral",
    State.CHANGED: "info",
    State.REQUIRED: "neutral",
    State.PINNED: "neutral",
    State.OWN: "neutral",
    State.IN_LINE: "ok",
}


def state_in_words(state: State, number: int = 0, where: str = "") -> str:
    """A state in words, with how many settings or administrations stand so where a number is given.

    `where` is the administration by its name, for what would else be “here”.
    """
    if state == State.CONFLICT:
        words = ngettext("%d waits for a decision", "%d wait for a decision", number) if number else ""
        return words % number if number else _("waits for a decision")
    if state == State.BEHIND:
        return ngettext("%d is behind", "%d are behind", number) % number if number else _("behind")
    if state == State.CHANGED and number and not where:
        return ngettext("%d changed by itself", "%d changed by itself", number) % number
    if state == State.CHANGED:
        where = where or _("the sub-administration")
        words = _("changed in %(name)s") % {"name": where}
        return f"{number} {words}" if number else words
    if state == State.PINNED:
        return _("pinned by %(name)s") % {"name": where or _("the sub-administration")}
    if state == State.REQUIRED:
        return _("required by %(name)s") % {"name": where or _("the main administration")}
    return {State.APART: _("not coupled yet"), State.OWN: _("own"), State.IN_LINE: _("in line")}[state]
