"""A page of the admin that says what is about to happen, asks why, and then does it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
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
) -> HttpResponse:
    """GET shows `words` (`title`, `consequence`, `button`) and a form; POST does it with the reason.

    What `do` refuses is said, and leads `back`.
    """
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return do(form.cleaned_data["reason"])
        except refusals as refused:
            messages.error(request, str(refused))
            return redirect(back)
    shown = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "form": form, "back": back}
    return render(request, "admin/ask_reason.html", {**shown, **words})
