"""Arranging the sections and fields of a form: moved, made again, removed and brought back.

A page that runs scripts gets what changed and puts it in its place; any other is led back to where the part stands now.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog_kit.edit_pages import attempt
from tenants.entering import AdministrationRequest, administration_page

from . import copies, services
from .documents import read_parts
from .models import Field, Form, Section
from .rights import FormRight

PART_MODELS: dict[str, type[services.Part]] = {"sections": Section, "fields": Field}
NOBODY = UUID(int=0)
REMOVED = "removed_form_part"
REMEMBERED_SECONDS = 30 * 60


@administration_page(FormRight.UPDATE)
def move_part(request: AdministrationRequest, kind: str, uid: UUID) -> HttpResponse:
    """What can be done with a part; by POST one up or down, or to a place.

    `after` is the uid of what it is to stand after, `section` that of the section where a field is to stand.
    """
    part = part_of(kind, uid)
    item = services.form_of(part)
    if request.method != "POST":
        context = {**_places(item, part, kind), "add_below": _add_below(request, item, part)}
        return render(request, "forms_catalog/move_part.html", context)
    if "direction" in request.POST:
        done = attempt(request, None, services.move_part, part=part, up=request.POST["direction"] == "up")
        changed = [part]
    else:
        where = _place_in(request, item, part)
        done = attempt(request, None, services.place_part, part=part, **where)
        changed = []
    return _answer(request, item, part, changed, is_refused=done is None)


@require_POST
@administration_page(FormRight.UPDATE)
def duplicate_part(request: AdministrationRequest, kind: str, uid: UUID) -> HttpResponse:
    part = part_of(kind, uid)
    made = attempt(request, None, copies.duplicate_part, part=part)
    if made is not None:
        messages.success(request, _("“%(name)s” was added once more.") % {"name": made})
    return _answer(request, services.form_of(part), made or part, [part], is_refused=made is None)


@administration_page(FormRight.UPDATE)
def delete_part(request: AdministrationRequest, kind: str, uid: UUID) -> HttpResponse:
    part = part_of(kind, uid)
    item = services.form_of(part)
    if request.method == "POST":
        removed = copies.as_removed(part)
        done = attempt(request, None, services.delete_part, part=part)
        if done is not None:
            kept = {"form": str(item.uid), "at": time.time(), "part": removed.values}
            request.session[REMOVED] = kept
        if done is not None or request.htmx:
            beside = part.section if isinstance(part, Field) else None
            return _answer(request, item, beside, [part], is_refused=done is None)
    context = {"item": item, "part": part, "kind": kind, "waiting": services.dependents_of(part)}
    return render(request, "forms_catalog/delete_part.html", context)


@require_POST
@administration_page(FormRight.UPDATE)
def bring_back_part(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    """Undo the last removal from this form."""
    item = get_object_or_404(Form, uid=uid)
    removed = removed_from(request, item)
    if removed is None:
        messages.error(request, _("There is nothing left to bring back."))
        return _answer(request, item, None, [], is_refused=True)
    made = attempt(request, None, copies.bring_back, form=item, removed=removed)
    if made is not None:
        del request.session[REMOVED]
        messages.success(request, _("“%(name)s” is back.") % {"name": made})
    return _answer(request, item, made, [made] if made else [], is_refused=made is None)


def removed_from(request: HttpRequest, item: Form) -> copies.Removed | None:
    """What this visitor last removed from the form, for half an hour."""
    kept = request.session.get(REMOVED) or {}
    if kept.get("form") != str(item.uid) or time.time() - kept["at"] > REMEMBERED_SECONDS:
        return None
    return copies.Removed(**kept["part"])


def part_of(kind: str, uid: UUID) -> services.Part:
    """The section or field of that uid; else there is no such page."""
    if kind not in PART_MODELS:
        raise Http404
    above = {"sections": "form", "fields": "section__form"}[kind]
    found: Any = get_object_or_404(PART_MODELS[kind]._default_manager.select_related(above), uid=uid)
    return found


@dataclass(frozen=True)
class ShownSection:
    """A section as the editor shows it: the fields that are looked for, and where the pages of its parts are."""

    section: Section
    fields: list[Field]
    pages: str
    pages_of_fields: str


def shown_sections(request: AdministrationRequest, item: Form, query: str = "") -> list[ShownSection]:
    """The sections of a form with their fields, for the editor; with a query only what has its words."""
    read = read_parts(item)
    sought = query.casefold()
    # Worked out once: a form has hundreds of fields.
    pages, pages_of_fields = (
        reverse("forms_catalog:edit_part", args=[request.administration.slug, kind, NOBODY]).partition(str(NOBODY))[0]
        for kind in PART_MODELS
    )
    shown = []
    for section in read.sections:
        fields = [field for field in read.fields if field.section_id == section.pk and sought in _words_of(field)]
        if fields or sought in section.title.casefold():
            shown.append(ShownSection(section, fields, pages, pages_of_fields))
    return shown


def address_of(request: AdministrationRequest, item: Form, part: services.Part | None = None) -> str:
    """The editor of a form, at the section or field if one is given."""
    address = reverse("forms_catalog:edit", args=[request.administration.slug, item.uid])
    return f"{address}#part-{part.uid}" if part else address


def _words_of(field: Field) -> str:
    return " ".join((field.label, field.reference, str(field.get_type_display()), field.help_text)).casefold()


def _places(item: Form, part: services.Part, kind: str) -> dict[str, Any]:
    """Every place where a part can go, in order: as a value of the page's one choice, and in words."""
    places = []
    read = read_parts(item)
    for section in read.sections:
        if isinstance(part, Section):
            places.append((str(section.uid), _("after “%(name)s”") % {"name": section}, section.uid == part.uid))
            continue
        places.append((f"{section.uid}:", _("first in “%(name)s”") % {"name": section}, False))
        places += [
            (f"{section.uid}:{field.uid}", _("after “%(name)s”") % {"name": field}, field.uid == part.uid)
            for field in read.fields
            if field.section_id == section.pk
        ]
    if isinstance(part, Section):
        places.insert(0, ("", _("first"), False))
    return {"item": item, "part": part, "kind": kind, "places": [place for place in places if not place[2]]}


def _add_below(request: AdministrationRequest, item: Form, part: services.Part) -> str:
    page, above = ("new_section", item) if isinstance(part, Section) else ("new_field", part.section)
    return f"{reverse(f'forms_catalog:{page}', args=[request.administration.slug, above.uid])}?after={part.uid}"


def _place_in(request: HttpRequest, item: Form, part: services.Part) -> dict[str, Any]:
    """Where a part is asked to go, by the names of the script or the one choice of the plain page."""
    section, colon, after = request.POST.get("place", "").partition(":")
    if not colon:
        section, after = request.POST.get("section", ""), request.POST.get("after", section)
    where: dict[str, Any] = {"after": _uid(after) if after else None}
    if isinstance(part, Field) and section:
        where["section"] = get_object_or_404(Section, form=item, uid=_uid(section))
    return where


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _answer(
    request: AdministrationRequest,
    item: Form,
    part: services.Part | None,
    changed: Iterable[services.Part],
    *,
    is_refused: bool,
) -> HttpResponse:
    """Lead to the part; or, for a script, only what is otherwise now: a section of which a field changed, or all."""
    if not request.htmx:
        return redirect(address_of(request, item, part))
    context: dict[str, Any] = {"item": item, "is_refused": is_refused, "part": part}
    wanted = {one.section_id for one in changed if isinstance(one, Field)}
    whole = any(isinstance(one, Section) for one in changed)
    if (whole or wanted) and not is_refused:
        shown = shown_sections(request, item)
        context["sections"] = shown if whole else [one for one in shown if one.section.pk in wanted]
        context["is_whole"] = whole
    context["removed"] = removed_from(request, item)
    return render(request, "forms_catalog/arranged.html", context)
