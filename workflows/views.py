"""The pages of workflows."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog_kit.edit_pages import attempt
from catalog_kit.editing import count_uses, fingerprint, uses_of
from settings_sync.services.settings.origins import origins_of
from settings_sync.views.drafting import makes_settings
from tenants.entering import administration_page

from . import services
from .forms import WorkflowEditor
from .models import Workflow
from .rights import WorkflowRight
from .step_types import grouped_choices


@administration_page(WorkflowRight.READ)
def list_workflows(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    with_archived = "archived" in request.GET
    ordered = Workflow.objects.order_by("is_archived", "name_key", "name")
    every = list(ordered.annotate(step_count=Count("steps")).prefetch_related("work_types"))
    found = [row for row in every if query.casefold() in row.name.casefold() and (with_archived or not row.is_archived)]
    uses = count_uses(found)
    context = {
        "rows": [{"workflow": row, "uses": uses.get(row.pk, 0)} for row in found],
        "origins": origins_of(request.administration, found),  # type: ignore[attr-defined]
        "active": sum(not row.is_archived for row in every),
        "archived": sum(row.is_archived for row in every),
        "query": query,
        "with_archived": with_archived,
    }
    return render(request, "workflows/list.html", context)


@administration_page(WorkflowRight.CREATE)
@makes_settings
def create_workflow(request: HttpRequest) -> HttpResponse:
    editor = WorkflowEditor(None, request.POST or None)
    workflow = _save(request, editor, services.create_workflow)
    if workflow:
        messages.success(request, _("“%(name)s” was added.") % {"name": workflow})
        return redirect("workflows:edit", request.administration.slug, workflow.uid)  # type: ignore[attr-defined]
    return _show(request, editor)


@administration_page(WorkflowRight.READ)
def edit_workflow(request: HttpRequest, uid: UUID) -> HttpResponse:
    workflow = get_object_or_404(Workflow, uid=uid)
    editor = WorkflowEditor(workflow, request.POST or None)
    seen = request.POST.get("seen")
    if _save(request, editor, services.update_workflow, workflow=workflow, seen=seen):
        messages.success(request, _("“%(name)s” was saved.") % {"name": editor.values().name})
        return redirect(request.path)
    return _show(request, editor)


@require_POST
@administration_page(WorkflowRight.UPDATE)
def archive_workflow(request: HttpRequest, uid: UUID) -> HttpResponse:
    said = gettext_lazy("“%(name)s” was archived: nobody can choose it any more.")
    return _do(request, uid, services.archive_workflow, said)


@require_POST
@administration_page(WorkflowRight.UPDATE)
def unarchive_workflow(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _do(request, uid, services.unarchive_workflow, gettext_lazy("“%(name)s” can be chosen again."))


@administration_page(WorkflowRight.DELETE)
def delete_workflow(request: HttpRequest, uid: UUID) -> HttpResponse:
    workflow = get_object_or_404(Workflow, uid=uid)
    if request.method == "POST" and attempt(request, None, services.delete_workflow, workflow=workflow):
        messages.success(request, _("“%(name)s” was deleted.") % {"name": workflow})
        return redirect("workflows:list", request.administration.slug)  # type: ignore[attr-defined]
    return render(request, "workflows/delete.html", {"workflow": workflow, "uses": uses_of(workflow)})


def _is_saving(request: HttpRequest) -> bool:
    return request.method == "POST" and request.POST.get("do", "save") == "save"


def _save(request: HttpRequest, editor: WorkflowEditor, service: Any, **what: Any) -> Any:
    """What the service made of a valid page, or None: moving steps about saves nothing."""
    if _is_saving(request) and editor.is_valid():
        return attempt(request, editor.form, service, values=editor.values(), **what)
    return None


def _show(request: HttpRequest, editor: WorkflowEditor) -> HttpResponse:
    is_rearranged = request.method == "POST" and not _is_saving(request)
    if is_rearranged:
        editor = editor.rearranged(request.POST["do"], request.POST.get("new_type", ""))
    stored = services.values_for_log(editor.workflow) if editor.workflow else {}
    context = {
        "workflow": editor.workflow,
        "editor": editor,
        "form": editor.form,
        "steps": editor.steps,
        "walk": editor.walk(),
        "may_save": (WorkflowRight.UPDATE if editor.workflow else WorkflowRight.CREATE) in request.rights,  # type: ignore[attr-defined]
        "is_rearranged": is_rearranged,
        "step_types": grouped_choices(),
        "seen": request.POST.get("seen") or fingerprint(stored),
        "uses": uses_of(editor.workflow) if editor.workflow else [],
    }
    # A script asks for the steps alone, so that the page stays where it is.
    is_part = is_rearranged and request.htmx  # type: ignore[attr-defined]
    return render(request, "workflows/steps.html" if is_part else "workflows/edit.html", context)


def _do(request: HttpRequest, uid: UUID, service: Any, said: Any) -> HttpResponse:
    workflow = get_object_or_404(Workflow, uid=uid)
    if attempt(request, None, service, workflow=workflow):
        messages.success(request, said % {"name": workflow})
    return redirect("workflows:edit", request.administration.slug, uid)  # type: ignore[attr-defined]
