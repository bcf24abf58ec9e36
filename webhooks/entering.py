"""Pages about webhooks and mails: they only exist in a main administration."""

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import render

from tenants.entering import View, administration_page
from tenants.permissions import NotAllowed, reachable_administrations
from tenants.rights import Right


def main_page(right: Right) -> Callable[[View], View]:
    """Like `administration_page`; a sub-administration gets a page that says where to go instead."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def enter(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            administration = request.administration
            if not administration.is_main:
                may_enter = administration.main in reachable_administrations(request.user)
                context = {"main": administration.main, "may_enter": may_enter}
                return render(request, "webhooks/not_here.html", context)
            try:
                return view(request, *args, **kwargs)
            except NotAllowed as refused:
                raise PermissionDenied from refused

        return administration_page(right)(enter)

    return decorate
