"""The words of a plan: what stands where (`Verdict`), and what will be done about it (`Action`)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Verdict(TextChoices):
    """What comparing base, source and local comes to; the table in docs/how-sync-works.md."""

    NEW = "new", _("new")
    REJOINED = "rejoined", _("equal already, now linked")
    IN_LINE = "in_line", _("in line")
    BEHIND = "behind", _("behind")
    ALREADY_EQUAL = "already_equal", _("equal already")
    OWN = "own", _("own")
    NAME_TAKEN = "name_taken", _("name taken")
    DEFAULT_TAKEN = "default_taken", _("has a default of its own")
    NAME_HELD = "name_held", _("name held by an item outside this sync")
    CHANGED_LOCALLY = "changed_locally", _("changed locally")
    BOTH_CHANGED = "both_changed", _("changed on both sides")
    REMOVED_LOCALLY = "removed_locally", _("removed locally")
    REMOVED_IN_SOURCE = "removed_in_source", _("removed in the main administration")
    GONE = "gone", _("removed on both sides")
    NEEDS_HELD = "needs_held", _("needs something that is held")
    UNRESOLVED = "unresolved", _("points at something that does not exist")
    PINNED = "pinned", _("pinned")


class Action(TextChoices):
    """What a plan does with one item."""

    CREATE = "create", _("create")
    UPDATE = "update", _("update")
    COUPLE = "couple", _("couple")
    ARCHIVE = "archive", _("archive")
    DELETE = "delete", _("delete")
    KEEP = "keep", _("keep")
    SKIP = "skip", _("skip")
    HOLD = "hold", _("hold")
