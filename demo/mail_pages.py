"""The page with what the demo mailed. Where people work there is no such address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .sent_mail import sent_mails, shows_mail


@require_GET
@never_cache
def list_mail(request: HttpRequest) -> HttpResponse:
    """What was sent, latest first, with links to click."""
    if not shows_mail():
        raise Http404
    return render(request, "demo/mail.html", {"mails": sent_mails()})
