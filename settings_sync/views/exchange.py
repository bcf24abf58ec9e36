"""One setting as a file: out, with all that it needs; and in, after a look at what that does."""

import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import UnknownItem
from settings_sync.services.exchange.bundles import (
    Bundle,
    BundlePreview,
    export_bundle,
    import_bundle,
    read_bundle,
    text_of_bundle,
)
from settings_sync.services.exchange.written import Unusable
from tenants.entering import AdministrationRequest, administration_page

MOST_ON_A_PAGE = 1_000_000
"""Bytes of a file that goes along in the page between looking and importing."""


class ImportForm(forms.Form):
    """A file, or what was in it; and another name."""

    file = forms.FileField(
        label=gettext_lazy("file"), required=False, help_text=gettext_lazy("What “Export” made of a setting elsewhere.")
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    name = forms.CharField(label=gettext_lazy("name here"), required=False, max_length=250)

    def read(self) -> Bundle:
        """The setting in it. Raises Unusable."""
        file = self.cleaned_data["file"]
        body = file.read(MOST_ON_A_PAGE + 1) if file else self.cleaned_data["content"].encode()
        if not body:
            raise Unusable(_("Choose a file."))
        if len(body) > MOST_ON_A_PAGE:
            raise Unusable(_("This file is too large for this page. Use import_settings in the terminal."))
        return read_bundle(body)


@require_GET
@administration_page()
def export(request: AdministrationRequest, uid: uuid.UUID) -> HttpResponse:
    """A setting with all that it needs, as a file."""
    try:
        bundle = export_bundle(acting_user=request.user, administration=request.administration, uid=uid)
    except UnknownItem as unknown:
        raise Http404 from unknown
    answer = HttpResponse(text_of_bundle(bundle), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(bundle.name)[:60] or uid}.json"'
    return answer


@administration_page()
def import_setting(request: AdministrationRequest) -> HttpResponse:
    """Choose a file, look at what it does, and do it."""
    if not any(
        right.endswith((".create", ".update")) and right.split(".")[0] in _categories() for right in request.rights
    ):
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            bundle = form.read()
        except Unusable as unusable:
            form.add_error("file", str(unusable))
        else:
            preview = _import(request, bundle, form.cleaned_data["name"], apply="confirm" in request.POST)
            if preview.imported.is_applied:
                messages.success(request, _("“{name}” was imported.").format(name=preview.chosen.label))
                return redirect("sync:item-history", request.administration.slug, preview.chosen.uid)
            context |= _shown(bundle, preview, form)
    return render(request, "sync/import.html", context)


def _categories() -> set[str]:
    return {category.key for category in all_kinds().categories}


def _import(request: AdministrationRequest, bundle: Bundle, name: str, *, apply: bool) -> BundlePreview:
    return import_bundle(
        acting_user=request.user, administration=request.administration, bundle=bundle, name=name, apply=apply
    )


def _shown(bundle: Bundle, preview: BundlePreview, form: ImportForm) -> dict[str, object]:
    kinds = all_kinds()
    rows = [(row, kinds[row.kind].label) for row in preview.imported.rows]
    return {
        "preview": preview,
        "rows": rows,
        "places": preview.places,
        "content": text_of_bundle(bundle),
        "name": form.cleaned_data["name"] or bundle.name,
    }
