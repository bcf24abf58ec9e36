"""The pages of catalogs while a setting has a draft: they show and change the draft, whoever wrote them."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import DraftCannotBeOpened, DraftStaysOne
from settings_sync.services.versions.new_drafts import draft_what_is_made
from settings_sync.services.versions.working import find_draft, work_on_draft
from tenants.entering import AdministrationRequest

View = TypeVar("View", bound=Callable[..., Any])


def of_published(view: View) -> View:
    """Mark a page of a catalog that shows or takes what is published, also while there is a draft."""
    view.of_published = True  # type: ignore[attr-defined]
    return view


def makes_settings(view: View) -> View:
    """Mark a page of a catalog on which settings are made, which can be kept as drafts: its form says `as_draft`."""
    view.makes_settings = True  # type: ignore[attr-defined]
    return view


def through_draft(view: Any, request: AdministrationRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Call a view; where its address names a setting, or a part of one, that has a draft, with the draft laid out."""
    uid = kwargs.get("uid")
    app = view.__module__.partition(".")[0]
    if request.method == "POST" and "as_draft" in request.POST and getattr(view, "makes_settings", False):
        return _made_as_draft(partial(view, request, *args, **kwargs), request, app)
    if not isinstance(uid, UUID) or app not in _apps() or getattr(view, "of_published", False):
        return view(request, *args, **kwargs)  # type: ignore[no-any-return]
    draft = find_draft(uid, app)
    if draft is None:
        return view(request, *args, **kwargs)  # type: ignore[no-any-return]
    request.draft = draft  # type: ignore[attr-defined]
    work = partial(view, request, *args, **kwargs)
    try:
        return work_on_draft(  # type: ignore[no-any-return]
            acting_user=request.user, administration=request.administration, draft=draft, work=work
        )
    except (DraftCannotBeOpened, DraftStaysOne) as refused:
        # What the page said of its own work is not so.
        list(messages.get_messages(request))
        messages.error(request, str(refused))
        return redirect("sync:draft", request.administration.slug, draft.uid)


def _made_as_draft(work: Callable[[], HttpResponseBase], request: AdministrationRequest, app: str) -> HttpResponseBase:
    answer, drafts = draft_what_is_made(
        acting_user=request.user, administration=request.administration, app=app, work=work
    )
    if drafts:
        # What the page said of its own work is not so.
        list(messages.get_messages(request))
    for row in drafts:
        tell_begun(request, row.label)
    return answer


def tell_begun(request: AdministrationRequest, name: str) -> None:
    """Say what it means that there is a draft now."""
    said = _("You work on a draft of “{name}” now. It is not used and does not travel until it is published.")
    messages.success(request, said.format(name=name))


def _apps() -> set[str]:
    """The apps whose pages show settings."""
    return {kind.root.model._meta.app_label for kind in all_kinds()}
