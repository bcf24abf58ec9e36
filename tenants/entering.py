"""Pages of one administration: resolve the path, check the membership, enter the schema."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from accounts.models import User

from .models import Administration
from .permissions import NotAllowed, reachable_administrations, rights_of
from .rights import Right
from .schemas import SchemaDamaged, WrongSchema, inside
from .wholeness import note_damage

View = Callable[..., HttpResponseBase]
PageWay = Callable[..., HttpResponseBase]
page_ways: list[PageWay] = []
"""Called in the place of a view once its administration was entered, with the view and what it is called with; an app
that has something to do around pages of others adds its own, and calls the view."""


class AdministrationRequest(HttpRequest):
    """A request under `/a/<slug>/` that was let in: of somebody who has signed in, with what they may do there."""

    user: User
    administration: Administration
    rights: frozenset[str]
    htmx: HtmxDetails


def administration_page(*any_of: Right) -> Callable[[View], View]:
    """Decorate a view under `/a/<slug>/`: sign-in, membership (else 404), a right (else 403), inside the schema.

    Of several rights one is enough; without any, whoever may enter may see the page. The view receives a request with
    `administration` and `rights`, and no `slug`; it must return a rendered response, because nothing lazy may leave the
    schema.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        @login_required
        def enter(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            administration, rights = _find(request.user, slug)
            request.administration = administration  # type: ignore[attr-defined]
            request.rights = rights  # type: ignore[attr-defined]
            if any_of and rights.isdisjoint(any_of):
                raise PermissionDenied
            if request.session.get("last_administration") != str(administration.pk):
                request.session["last_administration"] = str(administration.pk)
            try:
                with inside(administration):
                    return _through(page_ways, view)(request, *args, **kwargs)
            except (ProgrammingError, WrongSchema, SchemaDamaged):
                damaged = _damaged_among(request.user, administration)
                if not damaged:
                    raise
                return render(request, "home/damaged.html", {"damaged": damaged}, status=503)

        enter.any_of = any_of  # type: ignore[attr-defined]
        return enter

    return decorate


def main_page(*any_of: Right) -> Callable[[View], View]:
    """Like `administration_page`; a sub-administration gets a page that says where to go instead."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def enter(request: AdministrationRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.administration.is_main:
                return _point_to_main(request)
            try:
                return view(request, *args, **kwargs)
            except NotAllowed as refused:
                raise PermissionDenied from refused

        return administration_page(*any_of)(enter)

    return decorate


def _through(ways: list[PageWay], view: View) -> View:
    for way in ways:
        view = functools.partial(way, view)
    return view


def _point_to_main(request: AdministrationRequest) -> HttpResponseBase:
    main = request.administration.main
    context = {"main": main, "may_enter": main in reachable_administrations(request.user)}
    return render(request, "home/only_in_main.html", context)


def _damaged_among(user: User | AnonymousUser, main: Administration) -> list[Administration]:
    """What the user may enter of this administration and its sub-administrations, and the database has lost some of."""
    damaged = note_damage([main, *main.children.active()])
    return [row for row in damaged if rights_of(user, row) is not None]


def _find(user: User | AnonymousUser, slug: str) -> tuple[Administration, frozenset[str]]:
    administration = Administration.objects.filter(slug=slug).select_related("parent").first()
    rights = rights_of(user, administration) if administration else None
    if administration is None or rights is None or administration.state != Administration.State.ACTIVE:
        raise Http404
    return administration, rights
