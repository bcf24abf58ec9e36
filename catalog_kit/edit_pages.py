"""What the editing pages of every catalog share: calling a service, and showing what it refused."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest

from tenants.permissions import NotAllowed

from .editing import EditRefused, add_problems


def attempt(request: HttpRequest, form: BaseForm | None, service: Callable[..., Any], /, **what: Any) -> Any:
    """Call a service as the user of this page; gives what it gives, or True when that is nothing.

    What it refuses is shown beside the fields of the form, or as a message where there is none, and gives None. A
    missing right becomes the page for that.
    """
    try:
        done = service(acting_user=request.user, administration=request.administration, **what)  # type: ignore[attr-defined]
    except EditRefused as refused:
        if form is None:
            messages.error(request, str(refused))
        else:
            add_problems(form, refused)
        return None
    except NotAllowed as refused:
        raise PermissionDenied from refused
    return done or True
