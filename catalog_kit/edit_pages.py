"""What the editing pages of every catalog share: calling a service, and showing what it refused."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from tenants.permissions import NotAllowed

from .editing import EditRefused, add_problems, refused_by_database
from .taking_in import LeftOut, take_in

MOST_TOLD = 40


def attempt(request: HttpRequest, form: BaseForm | None, service: Callable[..., Any], /, **what: Any) -> Any:
    """Call a service as the user of this page; gives what it gives, or True when that is nothing.

    What it refuses is shown beside the fields of the form, or as a message where there is none, and gives None. A
    missing right becomes the page for that.
    """
    try:
        # Of two that are saved at the same moment the database may refuse one; the page it stands on goes on.
        with transaction.atomic():
            done = service(acting_user=request.user, administration=request.administration, **what)  # type: ignore[attr-defined]
    except EditRefused as refused:
        return _show(request, form, refused)
    except IntegrityError as error:
        return _show(request, form, refused_by_database(error))
    except NotAllowed as refused:
        raise PermissionDenied from refused
    return done or True


def take_in_html(form: BaseForm, names: Iterable[str]) -> None:
    """Keep of these fields what a template may hold; what was left out is noted on the form as `left_out`."""
    noted: list[tuple[str, LeftOut]] = getattr(form, "left_out", [])
    for name in names:
        taken = take_in(form.cleaned_data.get(name) or "")
        if taken.left_out:
            form.cleaned_data[name] = taken.text
            noted += [(str(form.fields[name].label), one) for one in taken.left_out]
    form.left_out = noted  # type: ignore[attr-defined]


def tell_left_out(request: HttpRequest, form: BaseForm) -> None:
    """Tell in one list what of a text was not saved, and where it stood."""
    noted: list[tuple[str, LeftOut]] = getattr(form, "left_out", [])
    if not noted:
        return
    several = len({label for label, _one in noted}) > 1
    lines = [f"{label}: {one}" if several else str(one) for label, one in noted[:MOST_TOLD]]
    if len(noted) > MOST_TOLD:
        lines.append(_("and %(number)d more") % {"number": len(noted) - MOST_TOLD})
    heading = _("Saved without what a template cannot hold:")
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    messages.warning(request, format_html("{}<ul>{}</ul>", heading, items))


def _show(request: HttpRequest, form: BaseForm | None, refused: EditRefused) -> None:
    if form is None:
        messages.error(request, str(refused))
    else:
        add_problems(form, refused)
