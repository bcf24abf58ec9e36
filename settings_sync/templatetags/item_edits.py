"""The log of edits of one setting, in words."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import template
from django.db.models import Field, Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.models import Item
from settings_sync.services.settings.followers import find_behind
from settings_sync.services.settings.origins import RowOrigin, origin_of
from sync_ledger.models import Base, Draft, Edit
from tenants.rights import SyncRight

register = template.Library()

SHOWN = 20
LONGEST = 120


@dataclass(frozen=True)
class ShownEdit:
    """One edit as a person reads it: where, and what it was and became."""

    at: datetime
    by: str
    where: str
    before: str
    after: str


@register.inclusion_tag("includes/item_edits.html", takes_context=True)
def item_edits(context: template.Context, item: Item) -> dict[str, Any]:
    """The last edits of this item: who changed what, when; and where it can be locked, or kept as it is."""
    kind = item._meta.label_lower
    administration = context["administration"]
    edits = Edit.objects.filter(kind=kind, uid=item.uid)
    return {
        "edits": [in_words(edit) for edit in edits[:SHOWN]],
        "more": max(0, edits.count() - SHOWN),
        "administration": administration,
        "kind": kind,
        "uid": item.uid,
        "may_duplicate": f"{all_kinds()[kind].category.key}.create" in context["rights"],
        "may_draft": f"{all_kinds()[kind].category.key}.update" in context["rights"]
        and not getattr(context["request"], "draft", None)
        and not item.is_archived,
        "page": context["request"].path,
        "csrf_token": context.get("csrf_token"),
        "may_lock": administration.is_main and SyncRight.RUN in context["rights"],
        "may_pin": not administration.is_main and _may_pin(kind, item, context["rights"]),
    }


@register.inclusion_tag("includes/item_origin.html", takes_context=True)
def item_origin(context: template.Context, item: Item) -> dict[str, Any]:
    """That an item came from the main administration, what was changed here since, and what was agreed about it.

    In the main administration: which subs are behind with it, and the way to bring it there.
    """
    administration = context["administration"]
    kind = item._meta.label_lower
    may_bring = administration.is_main and SyncRight.RUN in context["rights"]
    return {
        "origin": origin_of(administration, kind, item.uid),
        "administration": administration,
        "rights": context["rights"],
        "kind": kind,
        "uid": item.uid,
        "behind": find_behind(administration, kind, item.uid) if may_bring else [],
    }


@register.inclusion_tag("includes/row_origin.html", takes_context=True)
def row_origin(context: template.Context, origins: Mapping[UUID, RowOrigin], item: Item) -> dict[str, Any]:
    """In a list: whether somebody works on a draft of this item, and where it came from, quietly."""
    origin = origins.get(item.uid)
    at = timezone.localtime(origin.at) if origin and origin.at else None
    # Django's codes for a date: 12 Nov, 12 Nov 2025; months are without a capital in Dutch.
    shape = _("j M") if at and at.year == timezone.localdate().year else _("j M Y")
    has_draft = item.uid in {row.uid for row in _drafts(context)}
    return {"origin": origin, "when": date_format(at, shape) if at else "", "has_draft": has_draft}


@register.inclusion_tag("includes/new_drafts.html", takes_context=True)
def new_drafts(context: template.Context, *kinds: str) -> dict[str, Any]:
    """Above a list: the drafts of settings of these kinds of which nothing was published yet."""
    rows = [row for row in _drafts(context) if row.kind in kinds and not bytes(row.base)]
    return {"drafts": rows, "administration": context["administration"]}


def _drafts(context: template.Context) -> list[Draft]:
    """All drafts of the administration, asked for once for a page."""
    request = context["request"]
    if not hasattr(request, "drafts_here"):
        request.drafts_here = list(Draft.objects.only("uid", "kind", "label", "base"))
    return list(request.drafts_here)


def _may_pin(kind: str, item: Item, rights: Collection[str]) -> bool:
    """Whether it came from the main administration, and these rights are over such settings."""
    may_edit = f"{all_kinds()[kind].category.key}.update" in rights
    return may_edit and Base.objects.filter(kind=kind, uid=item.uid).exists()


def in_words(edit: Edit) -> ShownEdit:
    """A logged edit with the names of fields and choices that people know."""
    *place, name = edit.path.split("/")
    kind = all_kinds()[edit.kind]
    field = _field_called(name, kind, is_in_part=bool(place))
    where = [*place[1:], capfirst(str(field.verbose_name) if field else _name_of_list(name, kind))]
    return ShownEdit(edit.at, edit.by_name, " › ".join(where), _shown(edit.before, field), _shown(edit.after, field))


def _models(kind: Kind, *, is_in_part: bool) -> list[type[Model]]:
    return [table.model for table in reversed(kind.tables) if bool(table.parent) is is_in_part]


def _field_called(name: str, kind: Kind, *, is_in_part: bool) -> "Field[Any, Any] | None":
    """The field of that name in the item itself, or in the lowest of its parts that has one."""
    for model in _models(kind, is_in_part=is_in_part):
        fields: Iterator[Any] = (field for field in model._meta.get_fields() if not field.auto_created)
        found = next((field for field in fields if field.name == name), None)
        if found is not None:
            return found  # type: ignore[no-any-return]
    return None


def _name_of_list(name: str, kind: Kind) -> str:
    """What the parts are called that stand under this name, such as "sections" of a form."""
    relations = (relation for table in kind.tables for relation in table.model._meta.related_objects)
    found = next((relation for relation in relations if relation.get_accessor_name() == name), None)
    return str(found.related_model._meta.verbose_name_plural) if found else name


def _shown(value: Any, field: "Field[Any, Any] | None") -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_shown(one, None) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(one, None)}" for key, one in value.items())
    labels = dict(getattr(field, "flatchoices", None) or ())
    return Truncator(str(labels.get(value, value))).chars(LONGEST)
