"""Pages of one administration: resolve the path, check the membership, enter the schema."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from .models import Administration
from .permissions import rights_of
from .rights import Right
from .schemas import inside

View = Callable[..., HttpResponseBase]


def administration_page(right: Right | None = None) -> Callable[[View], View]:
    """Decorate a view under `/a/<slug>/`: sign-in, membership (else 404), `right` (else 403), inside the schema.

    The view receives a request with `administration` and `rights`, and no `slug`; it must return a rendered response,
    because nothing lazy may leave the schema.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        @login_required
        def enter(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            administration, rights = _find(request.user, slug)
            request.administration, request.rights = administration, rights  # type: ignore[attr-defined]
            if right is not None and right not in rights:
                raise PermissionDenied
            if request.session.get("last_administration") != str(administration.pk):
                request.session["last_administration"] = str(administration.pk)
            with inside(administration):
                return view(request, *args, **kwargs)

        enter.right = right  # type: ignore[attr-defined]
        return enter

    return decorate


def _find(user: Any, slug: str) -> tuple[Administration, frozenset[str]]:
    administration = Administration.objects.filter(slug=slug).select_related("parent").first()
    rights = rights_of(user, administration) if administration else None
    if administration is None or rights is None or administration.state != Administration.State.ACTIVE:
        raise Http404
    return administration, rights
