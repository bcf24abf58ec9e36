"""How every page of daily data asks a service, and shows a list."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest

from settings_sync.editing import EditRefused, add_problems
from tenants.permissions import NotAllowed

PAGE_SIZE = 50
Done = TypeVar("Done")


def ask(request: Any, form: BaseForm | None, service: Callable[..., Done], /, **what: Any) -> Done | None:
    """Call a service; what it refuses is shown in the form, or as a message where there is none, and gives None."""
    try:
        return service(acting_user=request.user, administration=request.administration, **what)
    except EditRefused as refused:
        if form is None:
            messages.error(request, str(refused))
        else:
            add_problems(form, refused)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    return None


def page_of(request: HttpRequest, rows: "QuerySet[Any]") -> Page[Any]:
    """The page that the address asks for, or the nearest that there is."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
