"""A setting of a customer, for support to read: what it is, how it stands, and what happened to it."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.support_tables import link, link_to, list_address, table, when
from audit.models import AuditEntry
from audit.words import in_words
from settings_sync.models import Change
from settings_sync.services.settings.origins import Kept, LocalChange
from settings_sync.services.support.support_setting import FoundSetting, read_setting
from tenants.models import Administration


def setting_address(administration: Administration, kind: str, uid: uuid.UUID) -> str:
    """Where support reads of this setting."""
    return reverse("admin:setting", args=[administration.pk, kind, uid])


def show_setting(
    request: HttpRequest, model_admin: Any, object_id: uuid.UUID, kind: str, uid: uuid.UUID
) -> HttpResponse:
    """The page of a setting as it stands in one administration; 404 where there is none."""
    administration = get_object_or_404(Administration.objects.active().select_related("parent"), pk=object_id)
    found = read_setting(administration, kind, uid)
    if found is None:
        raise Http404
    shown = {"title": found.entry.label, "found": found, "facts": list(_facts(found)), "tables": list(_tables(found))}
    context = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **shown}
    return render(request, "admin/setting.html", context)


def _facts(found: FoundSetting) -> Iterable[tuple[str, Any]]:
    row = found.administration
    entry = found.entry
    yield _("Administration"), link("tenants_administration", row.pk, row.name)
    if row.parent is not None:
        yield _("Part of"), link("tenants_administration", row.parent.pk, row.parent.name)
    yield _("Kind"), f"{capfirst(str(found.kind.label))} ({found.kind.category.label})"
    yield _("Name or code"), found.key
    yield _("Number here"), found.local_key
    yield _("Identity"), entry.uid
    yield _("In use"), _("no, archived") if entry.is_archived else _("yes")
    if found.is_locked:
        yield _("Locked"), _("by the main administration")
    if found.verdict is not None:
        yield _("State"), capfirst(str(found.verdict.label))
        yield _("As the main administration had it on"), when(found.origin.at if found.origin else None)
    if found.last_synced is not None:
        yield _("Last synced"), _run(found.last_synced)
    yield _("Last edited here"), when(found.edits[0].at if found.edits else None)


def _tables(found: FoundSetting) -> Iterable[dict[str, Any]]:
    if found.origin is not None:
        yield table(
            _("Otherwise here"),
            [_("What"), _("Who"), _("When")],
            [_changed(change) for change in found.origin.changes],
            number=len(found.origin.changes) + found.origin.more,
        )
        yield table(
            _("Stays as it is here"),
            [_("What"), _("How"), _("Reason"), _("Who"), _("When"), _("Look at it again on")],
            [_kept(kept) for kept in found.origin.kept],
        )
    yield table(
        _("Latest in runs"),
        [_("run"), _("Administration"), _("What the plan does"), _("State"), _("By"), _("Note")],
        [_change(change) for change in found.changes],
    )
    yield table(
        _("Latest edits"),
        [_("When"), _("Who"), _("Field")],
        [[when(edit.at), edit.by or "–", edit.path] for edit in found.edits],
    )
    yield table(
        _("Trail"),
        [_("When"), _("Action"), _("Who"), _("Note")],
        [_entry(entry) for entry in found.trail],
        number=found.trail_number,
        everything=list_address("audit_auditentry", f"q={found.entry.uid}"),
    )


def _changed(change: LocalChange) -> list[Any]:
    return [change.place, change.edit.by if change.edit else "–", when(change.edit.at if change.edit else None)]


def _kept(kept: Kept) -> list[Any]:
    how = _("pinned") if kept.is_pinned else _("agreed")
    return [kept.place, how, kept.reason or "–", kept.by or "–", when(kept.at), kept.review_on or "–"]


def _change(change: Change) -> list[Any]:
    target = change.plan_target.sync_target
    run = target.run
    by = f"{run.requested_by or '–'}{f' ({run.on_behalf_of})' if run.on_behalf_of else ''}"
    state = _("held back") if change.was_held else target.get_state_display()  # type: ignore[attr-defined]
    where = link("settings_sync_synctarget", target.pk, target.administration.name)
    return [_run(change), where, change.get_action_display(), state, by, run.note or "–"]


def _run(change: Change) -> Any:
    run = change.plan_target.sync_target.run
    return link("settings_sync_syncrun", run.pk, when(run.created_at))


def _entry(entry: AuditEntry) -> list[Any]:
    who = f"{entry.actor_name or '–'}{f' ({entry.on_behalf_of})' if entry.on_behalf_of else ''}"
    return [
        link_to(reverse("admin:audit_auditentry_change", args=[entry.pk]), when(entry.at)),
        in_words(entry.action),
        who,
        entry.note or "–",
    ]
