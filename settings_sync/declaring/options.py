"""How a catalog declares what travels: `Category`, `ModelSync`, and the words they use."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django.db import models
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..planning.problems import Problem as Problem
from .edits import DocumentEdit as DocumentEdit
from .pictures import PictureOf
from .upgrades import DocumentUpgrade

if TYPE_CHECKING:
    from tenants.models import Administration


@dataclass(frozen=True)
class Category:
    """What an administrator chooses to sync as one: `key` is fixed and appears in the API, `label` is translated."""

    key: str
    label: str | Promise
    order: int = 100


class Removed(models.TextChoices):
    """What becomes of a child's item when the main administration has removed it and the policy is not to keep it."""

    ARCHIVE = "archive", _("archive")
    DELETE = "delete", _("delete")


@dataclass(frozen=True)
class Warned:
    """Something worth knowing about an item: a code of its catalog, and what fills in its words."""

    code: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """An item filled in with the values of one administration; `subject` is empty for what has none."""

    subject: str
    body: SafeString
    is_text: bool


class LocalValues(Protocol):
    """For items with placeholders: the values that each administration has for them, and what to know of those."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the item that hold texts."""

    @property
    def can_show(self) -> bool:
        """Whether the item can be shown filled in."""

    def read(self, administration: "Administration") -> Mapping[str, Any]:
        """The values of the administration that was entered, by placeholder; empty for what it has to fill in."""

    def read_shared(self) -> Mapping[str, Any]:
        """Values of the administration that was entered that travel as settings of their own, by placeholder."""

    def own_details(self, administration: "Administration") -> Collection[tuple[str, str]]:
        """What would be wrong elsewhere if it were typed out: a placeholder and the value of this administration."""

    def names_in(self, document: Mapping[str, Any]) -> Collection[str]:
        """The placeholders in a document that every administration fills in for itself."""

    def warn_of_literals(
        self, document: Mapping[str, Any], own: Collection[tuple[str, str]], whose: str
    ) -> list[Warned]:
        """Details typed out in a document; `whose` is the name of the administration that `own` belongs to."""

    def warn_of_missing(self, names: Collection[str], values: Mapping[str, Any]) -> list[Warned]:
        """Which of these placeholders an administration has no value for."""

    def in_words(self, warned: Warned) -> str:
        """A warning as a sentence in the reader's language."""

    def show(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> Shown:
        """The document filled in. Values are put in place of placeholders as escaped text; nothing is run."""


class ModelSync:
    """Declares how one model travels. Subclass it in `<app>/sync.py` and decorate it with `@register(Model)`.

    For an item:
        category        the Category it is chosen under (required; a part inherits its item's)
        natural_key     the field by which people recognise an item; unique among items that are not archived
        label           the field shown to people (default: natural_key)
        links           many-to-many fields that this item declares; soft, never followed backwards
        links_in_texts  those of the links that follow from the item's texts, each with what gives the names in a
                        document: a merge links what the merged texts name
        removed         what "removed in the source" may do at most (Removed.ARCHIVE by default)
        local_values    for items with placeholders: what each administration fills in, and what to warn about
        upgrades        how documents of before a migration that renames or removes a field become those of after it,
                        oldest first; its parts' as well
        picture         what an item looks like to the people who use it, such as a form on a phone; None for a list of
                        its fields
    For a part:
        part_of         the foreign key to the item, or to the part above it
        part_key        the field by which a part without a common uid is recognised among its siblings, or None
    For both:
        fields          the fields that travel, in the order in which people read them; foreign keys to items, or to
                        parts of the same item, travel as uids
        local           the fields that stay: each administration has its own value; a new row gets the field's default
        merge_together  groups of fields that change as one, such as ("type", "options", "default")

    `validate(document)` is pure and returns what is wrong with a document: messages, or `Problem`s where more is to be
    told than words. What a merge adds to what either side has is held with that reason. What the main administration
    has itself is held where it `breaks` the setting, so that it cannot work; rules for what people enter may have
    become stricter since that was written, and let it through.

    `problems_of_edit(edit)` and `settle(edit)` are for what a document alone does not tell, where one is edited by its
    document: they run in the administration, in the transaction of the edit, before anything of it is written.
    """

    category: ClassVar[Category | None] = None
    natural_key: ClassVar[str | None] = None
    label: ClassVar[str | None] = None
    fields: ClassVar[tuple[str, ...]] = ()
    local: ClassVar[tuple[str, ...]] = ()
    links: ClassVar[tuple[str, ...]] = ()
    links_in_texts: ClassVar[Mapping[str, Callable[[Mapping[str, Any]], Collection[str]]]] = {}
    part_of: ClassVar[str | None] = None
    part_key: ClassVar[str | None] = None
    removed: ClassVar[Removed] = Removed.ARCHIVE
    merge_together: ClassVar[tuple[tuple[str, ...], ...]] = ()
    local_values: ClassVar[LocalValues | None] = None
    upgrades: ClassVar[tuple[DocumentUpgrade, ...]] = ()
    picture: ClassVar[PictureOf | None] = None

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        """Messages about what is wrong with a document; none when it is fine. Pure: no database, no clock."""
        return []

    @classmethod
    def problems_of_edit(cls, edit: DocumentEdit) -> Mapping[str, Sequence[str]]:
        """Messages per path about what an edit makes this item point at, or about its going; the path may be empty."""
        return {}

    @classmethod
    def settle(cls, edit: DocumentEdit) -> Mapping[str, Any]:
        """The document that an edit writes, with what the editor would fill in or change along by itself."""
        assert edit.after is not None
        return edit.after
