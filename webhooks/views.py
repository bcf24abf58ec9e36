"""Settings → Webhooks: the list, making and changing one, its log; and what one gets by mail."""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.acting_requests import own_account_only
from tenants.entering import AdministrationRequest, main_page
from tenants.rights import AdministrationRight

from .exceptions import WebhookError
from .forms import EndpointForm, MailChoiceForm
from .models import Endpoint, OutboxMessage
from .rights import WebhookRight
from .services import endpoints
from .services.deliveries import find_delivery, is_moving, list_deliveries, resend
from .services.mailing import choose_mail, find_mail_choice
from .services.overview import event_labels, find_endpoint, list_endpoints

PAGE_SIZE = 25
SHOWN_ONCE = "webhook_secret"


@require_GET
@main_page(WebhookRight.MANAGE)
def list_webhooks(request: AdministrationRequest) -> HttpResponse:
    """All webhooks of the main administration, with how their messages arrive."""
    return render(request, "webhooks/list.html", {"rows": list_endpoints(request.administration)})


@main_page(WebhookRight.MANAGE)
@own_account_only
def create_webhook(request: AdministrationRequest) -> HttpResponse:
    """Where to, about what; the secret is shown on the page that follows, once."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = endpoints.create_endpoint(acting_user=request.user, main=request.administration, **form.cleaned_data)
        except WebhookError as refused:
            form.refuse(refused)
        else:
            return _show_secret(request, made)
    return render(request, "webhooks/edit.html", {"form": form})


@require_GET
@main_page(WebhookRight.MANAGE)
def show_webhook(request: AdministrationRequest, webhook_id: uuid.UUID) -> HttpResponse:
    """One webhook and the log of its messages."""
    endpoint = _find(request, webhook_id)
    shown = request.session.pop(SHOWN_ONCE, None) if SHOWN_ONCE in request.session else None
    secret = shown["secret"] if shown and shown["webhook"] == str(webhook_id) else ""
    return render(request, "webhooks/show.html", {**_log(request, endpoint), "secret": secret})


@require_GET
@main_page(WebhookRight.MANAGE)
def show_log(request: AdministrationRequest, webhook_id: uuid.UUID) -> HttpResponse:
    """The log alone; once nothing moves it asks for no more."""
    return render(request, "webhooks/log.html", _log(request, _find(request, webhook_id)))


@main_page(WebhookRight.MANAGE)
def edit_webhook(request: AdministrationRequest, webhook_id: uuid.UUID) -> HttpResponse:
    """Change address, description and events."""
    endpoint = _find(request, webhook_id)
    initial = {"url": endpoint.url, "description": endpoint.description, "events": endpoint.events}
    form = EndpointForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            endpoints.update_endpoint(acting_user=request.user, endpoint=endpoint, **form.cleaned_data)
        except WebhookError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The webhook is saved."))
            return _to(endpoint)
    return render(request, "webhooks/edit.html", {"form": form, "endpoint": endpoint})


@require_POST
@main_page(WebhookRight.MANAGE)
def switch_webhook(request: AdministrationRequest, webhook_id: uuid.UUID) -> HttpResponse:
    """Switch it on or off."""
    endpoint = _find(request, webhook_id)
    is_on = request.POST.get("state") == Endpoint.State.ACTIVE
    state = Endpoint.State.ACTIVE if is_on else Endpoint.State.DISABLED
    endpoints.update_endpoint(acting_user=request.user, endpoint=endpoint, state=state)
    messages.success(request, _("The webhook is on again.") if is_on else _("The webhook is off; nothing is sent."))
    return _to(endpoint)


@main_page(WebhookRight.MANAGE)
@own_account_only
def rotate_secret(request: AdministrationRequest, webhook_id: uuid.UUID) -> HttpResponse:
    """Ask, then make a new secret, which is shown once; the former one stays valid for a day."""
    endpoint = _find(request, webhook_id)
    if request.method == "POST":
        return _show_secret(request, endpoints.rotate_secret(acting_user=request.user, endpoint=endpoint))
    return render(request, "webhooks/rotate.html", {"endpoint": endpoint, "has_former": endpoint.has_former_secret})


@require_POST
@main_page(WebhookRight.MANAGE)
def test_webhook(request: AdministrationRequest, webhook_id: uuid.UUID) -> HttpResponse:
    """Send a test message."""
    endpoint = _find(request, webhook_id)
    said = _("A test message is on its way; what comes of it stands in the log below.")
    return _do(request, endpoint, lambda: endpoints.send_test(acting_user=request.user, endpoint=endpoint), said)


@require_POST
@main_page(WebhookRight.MANAGE)
def resend_message(request: AdministrationRequest, webhook_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    """Send one message again."""
    endpoint = _find(request, webhook_id)
    message = find_delivery(endpoint, message_id)
    if message is None:
        raise Http404
    said = _("The message is sent again.")
    return _do(request, endpoint, lambda: resend(acting_user=request.user, message=message), said)


@main_page(WebhookRight.MANAGE)
def delete_webhook(request: AdministrationRequest, webhook_id: uuid.UUID) -> HttpResponse:
    """Ask, then delete."""
    endpoint = _find(request, webhook_id)
    if request.method == "POST":
        endpoints.delete_endpoint(acting_user=request.user, endpoint=endpoint)
        messages.success(request, _("The webhook is deleted."))
        return redirect("webhooks:list", request.administration.slug)
    return render(request, "webhooks/delete.html", {"endpoint": endpoint})


@main_page(AdministrationRight.SEE)
def choose_own_mail(request: AdministrationRequest) -> HttpResponse:
    """When the user wants a mail about the syncs of this main administration."""
    main = request.administration
    choice = find_mail_choice(acting_user=request.user, main=main)
    form = MailChoiceForm(request.POST or None, initial={"when": choice.when, "language": choice.language})
    if request.method == "POST" and form.is_valid():
        choose_mail(acting_user=request.user, main=main, **form.cleaned_data)
        messages.success(request, _("Your choice is saved."))
        return redirect("webhooks:mail", main.slug)
    return render(request, "webhooks/mail.html", {"form": form, "sends_mail": settings.SENDS_MAIL})


def _do(
    request: AdministrationRequest, endpoint: Endpoint, act: Callable[[], OutboxMessage], said: str
) -> HttpResponse:
    try:
        act()
        messages.success(request, said)
    except WebhookError as refused:
        messages.error(request, refused.detail)
    return _to(endpoint)


def _show_secret(request: AdministrationRequest, endpoint: Endpoint) -> HttpResponse:
    request.session[SHOWN_ONCE] = {"webhook": str(endpoint.pk), "secret": endpoint.secret}
    return _to(endpoint)


def _to(endpoint: Endpoint) -> HttpResponse:
    return redirect("webhooks:show", endpoint.administration.slug, endpoint.pk)


def _find(request: AdministrationRequest, webhook_id: uuid.UUID) -> Endpoint:
    endpoint = find_endpoint(request.administration, webhook_id)
    if endpoint is None:
        raise Http404
    return endpoint


def _log(request: AdministrationRequest, endpoint: Endpoint) -> dict[str, Any]:
    page = Paginator(list_deliveries(endpoint), PAGE_SIZE).get_page(request.GET.get("page"))
    is_watched = any(is_moving(row) for row in page.object_list)
    return {"endpoint": endpoint, "events": event_labels(endpoint), "page": page, "is_moving": is_watched}
