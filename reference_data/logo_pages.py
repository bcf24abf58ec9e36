"""The page of an administration's own logo."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog_kit.edit_pages import attempt
from tenants.entering import AdministrationRequest, administration_page

from . import logos


class LogoForm(forms.Form):
    """A picture to upload."""

    logo: Any = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy("PNG, JPEG, GIF or WebP, at most 500 kB."),
        error_messages={"required": gettext_lazy("Choose a picture first.")},
        widget=forms.FileInput(attrs={"accept": ",".join(logos.MEDIA_TYPES.values())}),
    )


@administration_page(logos.MAY_CHANGE)
def edit_logo(request: AdministrationRequest) -> HttpResponse:
    """Show the logo, put another in its place or take it away."""
    form = LogoForm(request.POST, request.FILES) if request.method == "POST" else LogoForm()
    if request.method == "POST" and "remove" in request.POST:
        attempt(request, None, logos.remove_logo)
        messages.success(request, _("The logo was taken away: the name of the company stands there again."))
        return redirect("reference_data:logo", request.administration.slug)
    if request.method == "POST" and form.is_valid() and attempt(request, form, logos.store_logo, **form.cleaned_data):
        messages.success(request, _("The logo is saved."))
        return redirect("reference_data:logo", request.administration.slug)
    return render(request, "reference_data/logo.html", {"form": form, "logo": logos.logo_address()})
