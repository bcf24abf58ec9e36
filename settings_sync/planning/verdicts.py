"""The words of a plan: what stands where (`Verdict`), what is decided (`Word`), and what will be done (`Action`)."""

# Planning knows no database; these words are also the choices of columns and the enums of the API.
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
    LOCKED = "locked", _("locked by the main administration")
    NOT_HERE = "not_here", _("not assigned to this administration")
    INVALID = "invalid", _("cannot be merged")
    GIVES_WAY = "gives_way", _("is no longer the default")


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

    @property
    def writes(self) -> bool:
        """Whether rows of the setting are written or deleted; the other actions leave it as it stands."""
        return self not in (Action.KEEP, Action.SKIP, Action.HOLD)

    @property
    def writes_content(self) -> bool:
        """Whether the setting stands in the administration afterwards, with another content than before."""
        return self.writes and self != Action.DELETE

    @property
    def brings_content(self) -> bool:
        """Whether it comes with a content to show; archiving changes nothing but that the setting is archived."""
        return self.writes_content and self != Action.ARCHIVE

    @property
    def row_action(self) -> "Action":
        """What it comes to for the rows of the setting: create, update, delete or keep."""
        return Action.UPDATE if self in (Action.COUPLE, Action.ARCHIVE) else self


WRITING = tuple(action for action in Action if action.writes)
"""For queries, which cannot ask an action what it does."""


UNCHANGED = (Verdict.IN_LINE, Verdict.REJOINED, Verdict.ALREADY_EQUAL, Verdict.GONE)
"""Verdicts of what stands as it should already. Something can be done with it all the same: another name that was
decided, or the uid that a coupled item gets back."""


def is_unchanged(verdict: str, action: str) -> bool:
    """Whether nothing of a setting is asked or written because it stands as it should already."""
    # By texts as well as by words: rows of the database are asked the same.
    return verdict in UNCHANGED and action == Action.KEEP


class Word(TextChoices):
    """What can be decided about an item, or about one path of it."""

    KEEP_LOCAL = "keep_local", _("keep what is here")
    OVERWRITE = "overwrite", _("take over the main administration's")
    MERGE = "merge", _("merge field by field")
    COUPLE = "couple", _("couple")
    CREATE_AS = "create_as", _("create under another name")
    BRING_BACK = "bring_back", _("bring back")
    LEAVE = "leave", _("leave away")
    PUT_BACK = "put_back", _("put back")
    SKIP = "skip", _("skip this time")
    ARCHIVE = "archive", _("archive")
    DELETE = "delete", _("delete")


class Demand(TextChoices):
    """What is asked of an administration about the settings of a package."""

    REQUIRED = "required", _("required")
    OPTIONAL = "optional", _("optional")
    NOT_HERE = "not_here", _("not here")
