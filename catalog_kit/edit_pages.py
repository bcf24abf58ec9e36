"""What the editing pages of every catalog share: calling a service, and showing what it refused."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest

from tenants.permissions import NotAllowed

from .editing import EditRefused, add_problems, refused_by_database


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


def _show(request: HttpRequest, form: BaseForm | None, refused: EditRefused) -> None:
    if form is None:
        messages.error(request, str(refused))
    else:
        add_problems(form, refused)
