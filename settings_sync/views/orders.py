"""The pages of standing orders: which there are, making and changing one, trying it, and switching it on and off."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from settings_sync.exceptions import SyncError
from settings_sync.models import OrderMoment, StandingOrder
from settings_sync.services.packages.packages import list_packages
from settings_sync.services.rollouts.reading import read_rings
from settings_sync.services.settings.rule_book import max_share_of
from settings_sync.services.standing.outlook import last_moments, next_moment
from settings_sync.services.standing.standing_orders import (
    Content,
    create_order,
    delete_order,
    find_order,
    latest_moments,
    list_orders,
    pause_order,
    resume_order,
    try_order,
    update_order,
)
from settings_sync.services.standing.timetables import database_now, groups_in
from settings_sync.wording.order_wording import limits_in_words, when_in_words
from settings_sync.wording.ring_wording import rings_in_words
from tenants.entering import AdministrationRequest, main_page
from tenants.groups import groups_of
from tenants.rights import SyncRight

from .order_forms import OrderForm, WindowForm, initial_of, is_over, window_forms
from .ring_forms import RingsForm

PAGE_SIZE = 50
State = StandingOrder.State


@dataclass(frozen=True)
class Line:
    """An order as it is read: `comes` and `last` are its next and its latest moment, where there are."""

    order: StandingOrder
    when: str
    limits: list[str]
    zone: str
    comes: datetime | None
    is_now: bool
    last: OrderMoment | None
    rings: str
    goes_through_rings: bool


@require_GET
@main_page(SyncRight.RUN)
def show_all(request: AdministrationRequest) -> HttpResponse:
    """Every standing order: when it works, what came of it last, and whether it is on."""
    rows = list_orders(acting_user=request.user, main=request.administration)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    last = last_moments(list(page.object_list))
    now = database_now()
    lines = [_line(order, now, last.get(order.pk)) for order in page.object_list]
    packages = list_packages(acting_user=request.user, main=request.administration)
    context = {"page": page, "lines": lines, "has_packages": bool(lines) or packages.exists()}
    return render(request, "sync/orders.html", context)


@main_page(SyncRight.RUN)
def create(request: AdministrationRequest) -> HttpResponse:
    """A new order."""
    form = _form(request, None)
    data = request.POST if request.method == "POST" else None
    groups = _group_names(request, None)
    windows = window_forms(data, None, groups)
    rings = RingsForm(data, groups=groups)
    if data is not None and _are_valid(form, windows, rings):
        try:
            made = create_order(
                acting_user=request.user,
                main=request.administration,
                content=form.content(windows, rings),
                is_on=form.cleaned_data["is_on"],
            )
        except SyncError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("“%(name)s” is made. Nothing has started yet.") % {"name": made})
            return redirect("sync:orders", request.administration.slug)
    return _page(request, form, windows, rings, None)


@main_page(SyncRight.RUN)
def edit(request: AdministrationRequest, order_id: uuid.UUID) -> HttpResponse:
    """An order, with what came of its latest moments."""
    order = _find(request, order_id)
    form = _form(request, order)
    data = request.POST if request.method == "POST" else None
    groups = _group_names(request, order)
    windows = window_forms(data, order, groups)
    rings = RingsForm(data, groups=groups, order=order)
    if data is not None and _are_valid(form, windows, rings):
        try:
            _change(request, order, form, form.content(windows, rings))
        except SyncError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": form.cleaned_data["name"]})
            return redirect("sync:orders", request.administration.slug)
    return _page(request, form, windows, rings, order)


@require_POST
@main_page(SyncRight.RUN)
def switch(request: AdministrationRequest, order_id: uuid.UUID) -> HttpResponse:
    """Pause an order, or switch it on again."""
    order = _find(request, order_id)
    try:
        if "pause" in request.POST:
            pause_order(acting_user=request.user, order=order)
            said = _("“%(name)s” is paused: nothing of it begins any more. What has started goes on.")
        else:
            resume_order(acting_user=request.user, order=order)
            said = _("“%(name)s” is on. What it missed meanwhile is not caught up on.")
        messages.success(request, said % {"name": order})
    except SyncError as refused:
        messages.error(request, _in_words(refused))
        return redirect("sync:order", request.administration.slug, order.pk)
    return redirect("sync:orders", request.administration.slug)


@require_POST
@main_page(SyncRight.RUN)
def try_now(request: AdministrationRequest, order_id: uuid.UUID) -> HttpResponse:
    """Lead to the preview of what an order would do now; nothing is started."""
    order = _find(request, order_id)
    try:
        plan = try_order(acting_user=request.user, order=order)
    except SyncError as refused:
        messages.error(request, refused.detail)
        return redirect("sync:order", request.administration.slug, order.pk)
    messages.info(request, _("This is what “%(name)s” would do now. Nothing has started.") % {"name": order})
    return redirect("sync:plan", request.administration.slug, plan.pk)


@main_page(SyncRight.RUN)
def delete(request: AdministrationRequest, order_id: uuid.UUID) -> HttpResponse:
    """Ask whether to delete an order, and delete it."""
    order = _find(request, order_id)
    if request.method != "POST":
        return render(request, "sync/order_delete.html", {"order": order, "when": when_in_words(order.when)})
    delete_order(acting_user=request.user, order=order)
    messages.success(request, _("“%(name)s” is deleted. What it brought stays.") % {"name": order})
    return redirect("sync:orders", request.administration.slug)


def _change(request: AdministrationRequest, order: StandingOrder, form: OrderForm, content: Content) -> StandingOrder:
    """What it says and whether it is on, together or neither."""
    user = request.user
    with transaction.atomic():
        changed = update_order(acting_user=user, order=order, content=content)
        is_on = changed.state == State.ON
        if form.cleaned_data["is_on"] == is_on:
            return changed
        return (pause_order if is_on else resume_order)(acting_user=user, order=changed)


def _are_valid(form: OrderForm, windows: list[WindowForm], rings: RingsForm) -> bool:
    # Each of them is asked, so that everything that is wrong is told at once.
    wrong = [row for row in windows if not row.is_valid()]
    are_rings_valid = rings.is_valid()
    if form.is_valid() and wrong:
        form.add_error(None, _("Nothing was saved yet. Look at the times at which it may write."))
    if form.is_valid() and not are_rings_valid:
        form.add_error(None, _("Nothing was saved yet. Look at the rings."))
    return form.is_valid()


def _form(request: AdministrationRequest, order: StandingOrder | None) -> OrderForm:
    main = request.administration
    packages = list_packages(acting_user=request.user, main=main)
    groups = groups_of(list(main.children.existing()))
    # One that nobody is in any more stays until it is unticked.
    groups = {**groups, **{name: 0 for name in (order.groups if order else ()) if name not in groups}}
    return OrderForm(
        request.POST if request.method == "POST" else None,
        packages=[("", _("Choose a package")), *((str(row.pk), row.name) for row in packages)],
        groups=groups,
        zone=order.time_zone if order else "",
        initial=initial_of(order) if order else None,
    )


def _group_names(request: AdministrationRequest, order: StandingOrder | None) -> list[str]:
    """The groups that may come first or have times of their own, also one that nobody is in any more where the order
    has it."""
    known = groups_of(list(request.administration.children.existing()))
    steps = order.rings.get("steps", ()) if order else ()
    in_windows = sorted(groups_in(order.windows)) if order else ()
    return list(dict.fromkeys([*known, *(step["group"] for step in steps if "group" in step), *in_windows]))


def _page(
    request: AdministrationRequest,
    form: OrderForm,
    windows: list[WindowForm],
    rings: RingsForm,
    order: StandingOrder | None,
) -> HttpResponse:
    main = request.administration
    context = {
        "form": form,
        "windows": windows,
        "rings": rings,
        "windows_open": bool(form["closed"].value()) or any(row.is_used or row.errors for row in windows),
        "policies_open": any(field.value() for field in form.policy_fields),
        "max_share": max_share_of(main),
        "has_packages": len(form.fields["package"].choices) > 1,  # type: ignore[attr-defined]
        "has_groups": bool(form.fields["groups"].choices),  # type: ignore[attr-defined]
    }
    if order is not None:
        moments = list(latest_moments(order))
        context |= {"line": _line(order, database_now(), moments[0] if moments else None), "moments": moments}
    return render(request, "sync/order.html", context)


def _line(order: StandingOrder, now: datetime, last: OrderMoment | None) -> Line:
    comes = next_moment(order, now)
    return Line(
        order=order,
        when=when_in_words(order.when),
        limits=limits_in_words(order.windows),
        zone=order.time_zone if order.time_zone != settings.TIME_ZONE else "",
        comes=comes,
        is_now=comes is not None and comes <= now,
        last=last,
        rings=rings_in_words(read_rings(order.rings)),
        goes_through_rings=last is not None
        and last.run is not None
        and not last.run.is_finished
        and bool(last.run.rings),
    )


def _find(request: AdministrationRequest, order_id: uuid.UUID) -> StandingOrder:
    order = find_order(acting_user=request.user, main=request.administration, order_id=order_id)
    if order is None:
        raise Http404
    return order


def _in_words(refused: SyncError) -> str:
    if is_over(refused):
        return _("Its moment is over. Choose one that is still to come, and save.")
    return refused.detail
