"""The inbox of a main administration, and what a sub is asked about its deviations."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import SyncError, decision_in_words
from settings_sync.services.inbox.deciding import Asked, Outcome, decide
from settings_sync.services.inbox.entries import list_entries, show_entries, show_sheets
from settings_sync.services.inbox.questions import answer_question, list_questions
from settings_sync.services.inbox.undoing import last_decision, list_offers, take_back
from settings_sync.services.plans.category_rights import hidden_categories
from settings_sync.services.settings.deviations import may_pin
from tenants.entering import AdministrationRequest, administration_page, main_page
from tenants.groups import groups_of
from tenants.permissions import NotAllowed
from tenants.rights import SyncRight

from .frames import framed
from .inbox_forms import AnswerForm, DecisionForm, InboxFilterForm

PAGE_SIZE = 10
SIDES = ("before", "after")
ORDERS = {"work": ("-work", "-newest", "id"), "newest": ("-newest", "id")}


@require_GET
@main_page(SyncRight.RUN)
def show_all(request: AdministrationRequest) -> HttpResponse:
    """What waits for a decision: what touches open work first, or the newest."""
    main = request.administration
    form = InboxFilterForm(request.GET, categories=_categories(request), groups=list(groups_of(_children(request))))
    filters = form.filters()
    entries = list_entries(acting_user=request.user, main=main, filters=filters).order_by(*ORDERS[form.order()])
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = show_entries(acting_user=request.user, main=main, entries=list(page.object_list), filters=filters)
    context = {
        "form": form,
        "filters": filters,
        "page": page,
        "shown": shown,
        "seen_at": timezone.now().isoformat(),
        "last": last_decision(request.user, main),
        "offers": list_offers(request.user, main),
        "back": request.GET.urlencode(),
    }
    return render(request, "sync/inbox.html", context)


@require_POST
@main_page(SyncRight.RUN)
def decide_one(request: AdministrationRequest) -> HttpResponse:
    """One decision, by one key or button."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return _back(request)
    asked = Asked(**form.asked())
    try:
        (outcome,) = decide(
            acting_user=request.user, main=request.administration, decisions=[asked], seen_at=form.seen_at()
        )
        messages.success(request, _told(outcome))
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except SyncError as refused:
        messages.error(request, refused.detail)
    return _back(request)


@require_POST
@main_page(SyncRight.RUN)
def undo(request: AdministrationRequest, decision_id: uuid.UUID) -> HttpResponse:
    """Take one's last decision back."""
    try:
        decision = take_back(acting_user=request.user, main=request.administration, decision_id=decision_id)
        messages.success(request, _("Taken back: “%(label)s” waits again.") % {"label": decision.entry.label})
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except SyncError as refused:
        messages.error(request, refused.detail)
    return _back(request)


@framed
@main_page(SyncRight.RUN)
def show_sheet(request: AdministrationRequest, entry_id: uuid.UUID, side: str) -> HttpResponse:
    """What the frame of one side holds."""
    sheets = show_sheets(acting_user=request.user, main=request.administration, entry_id=entry_id)
    if sheets is None or side not in SIDES:
        raise Http404
    return render(request, "sync/sheet.html", {"sheet": sheets[SIDES.index(side)]})


@administration_page()
def questions(request: AdministrationRequest) -> HttpResponse:
    """What the main administration asks about settings here; who may edit them answers."""
    administration = request.administration
    if administration.is_main:
        raise Http404
    if not any(may_pin(request.user, administration, kind.key) for kind in all_kinds()):
        raise PermissionDenied
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _answer(request, form):
        return redirect("sync:questions", administration.slug)
    context = {"form": form, "questions": list_questions(request.user, administration)}
    return render(request, "sync/questions_here.html", context)


def _answer(request: AdministrationRequest, form: AnswerForm) -> bool:
    try:
        answer_question(
            acting_user=request.user,
            administration=request.administration,
            question_id=form.cleaned_data["question"],
            answer=form.cleaned_data["answer"],
        )
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except SyncError as refused:
        form.add_error(None, refused.detail)
        return False
    messages.success(request, _("Answered. The main administration reads it in its inbox."))
    return True


def _told(outcome: Outcome) -> str:
    """What was decided, about what, and where it was not."""
    decision = outcome.decision
    assert decision is not None
    said = _("“%(label)s”: %(decision)s.") % {
        "label": outcome.entry.label,
        "decision": decision_in_words(decision.word),
    }
    if not outcome.moved:
        return said
    left = ngettext(
        "In %(number)d administration it was changed since you looked; nothing was decided there.",
        "In %(number)d administrations it was changed since you looked; nothing was decided there.",
        len(outcome.moved),
    )
    return f"{said} {left % {'number': len(outcome.moved)}}"


def _back(request: AdministrationRequest) -> HttpResponse:
    """To the page as it was narrowed. Read and written anew, so that nothing but a query can stand there."""
    query = QueryDict(request.POST.get("back", "")[:500]).urlencode()
    address = reverse("sync:inbox", args=[request.administration.slug])
    return redirect(f"{address}?{query}" if query else address)


def _children(request: AdministrationRequest) -> list[Any]:
    return list(request.administration.children.existing().reachable_by(request.user))


def _categories(request: AdministrationRequest) -> list[tuple[str, str]]:
    hidden = hidden_categories(request.user, [request.administration])
    return [(row.key, str(row.label)) for row in all_kinds().categories if row.key not in hidden]
