"""One change of a preview in full, and deciding about it."""

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from settings_sync.exceptions import PlanChanged, SyncError
from settings_sync.models import Plan
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.deciding.questions import Questions, read_questions
from settings_sync.services.previews.change_details import ChangeDetails, show_change
from tenants.entering import AdministrationRequest, main_page
from tenants.entries import Unreadable, read_whole_number
from tenants.rights import SyncRight

from .decision_forms import DecisionForm, answers_of_card
from .plans import plan_of


@main_page(SyncRight.RUN, SyncRight.UNDO)
def change_details(request: AdministrationRequest, plan_id: uuid.UUID, change_id: int) -> HttpResponse:
    """One change in full: inside the preview when the browser asks for the part, else as a page that decides."""
    plan = plan_of(request, plan_id)
    details = show_change(plan, change_id)
    if details is None:
        raise Http404
    if request.htmx and request.method == "GET":
        return _varying(render(request, "sync/change_details.html", {"details": details, "stored": plan}))
    questions = read_questions(acting_user=request.user, plan=plan, change=details.change, preview=details.preview)
    form = _form(request, plan, details, questions)
    if request.method == "POST" and (answer := _decide(request, plan, details, questions, form)):
        return answer
    context = {"details": details, "stored": plan, "questions": questions, "form": form}
    return _varying(render(request, "sync/change.html", context))


def _form(request: AdministrationRequest, plan: Plan, details: ChangeDetails, questions: Questions) -> DecisionForm:
    is_sent = request.method == "POST" and "withdraw" not in request.POST
    return DecisionForm(
        answers_of_card(request.POST, questions) if is_sent else None,
        initial={"version": plan.version},
        change=details.change,
        questions=questions,
        undoes=plan.is_undo,
    )


def _decide(
    request: AdministrationRequest, plan: Plan, details: ChangeDetails, questions: Questions, form: DecisionForm
) -> HttpResponse | None:
    """Decide or withdraw; None when the page is shown again, with the reason and what was filled in."""
    change = details.change
    slug = request.administration.slug
    if "withdraw" in request.POST:
        target = change.plan_target.administration.slug
        asked = [Asked(change.uid, None, target, path=one.path) for one in questions.decided]
        version = _number(request.POST.get("version", ""))
    elif form.is_valid():
        asked = form.asked()
        version = form.cleaned_data["version"]
    else:
        return None
    if not _store(request, plan, version, asked, form):
        return None
    return redirect(f"{redirect('sync:plan', slug, plan.pk).url}#questions")


def _store(
    request: AdministrationRequest, plan: Plan, version: int, asked: Sequence[Asked], form: DecisionForm
) -> bool:
    try:
        decide(acting_user=request.user, plan=plan, version=version, decisions=asked)
    except SyncError as refused:
        if isinstance(refused, PlanChanged) and form.is_bound:
            form.data = {**form.data.dict(), "version": plan.version}  # type: ignore[attr-defined]
        _refuse(request, form, refused)
        return False
    withdrawn = "withdraw" in request.POST
    messages.success(request, _("The decision was withdrawn.") if withdrawn else _("Decided; nothing has started."))
    return True


def _refuse(request: AdministrationRequest, form: DecisionForm, refused: SyncError) -> None:
    if form.is_bound:
        form.add_error(None, refused.detail)
    else:
        messages.error(request, refused.detail)


def _number(text: str) -> int:
    try:
        return max(read_whole_number(text), 0)
    except Unreadable:
        return 0


def _varying(response: HttpResponse) -> HttpResponse:
    response["Vary"] = "HX-Request"
    return response
