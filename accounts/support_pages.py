"""A page of the admin that says what is about to happen, asks why, and then does it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from .support_forms import ReasonForm


def ask_reason(
    request: HttpRequest,
    model_admin: Any,
    *,
    words: dict[str, Any],
    back: str,
    do: Callable[[str], HttpResponse],
    refusals: tuple[type[Exception], ...],
    kept: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """GET shows `words` (`title`, `consequence`, `button`) and a form; POST does it with the reason.

    What `do` refuses is said, and leads `back`. An action on chosen rows is itself a POST, without a reason yet: `kept`
    are the fields that repeat it.
    """
    is_answer = request.method == "POST" and (not kept or "reason" in request.POST)
    form = ReasonForm(request.POST if is_answer else None)
    if is_answer and form.is_valid():
        try:
            return do(form.cleaned_data["reason"])
        except refusals as refused:
            messages.error(request, str(refused))
            return redirect(back)
    shown = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "form": form, "back": back}
    return render(request, "admin/ask_reason.html", {**shown, **words, "kept": kept})


def chosen_rows(request: HttpRequest, action: str) -> list[tuple[str, str]]:
    """The fields that repeat an action of a list on the rows that were chosen there."""
    ticked = [(ACTION_CHECKBOX_NAME, key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)]
    return [("action", action), ("select_across", request.POST.get("select_across", "0")), *ticked]
