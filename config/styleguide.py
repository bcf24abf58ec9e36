"""All components on one page, to look at; only in development and in the demo."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tenants.models import Administration
from tenants.rights import all_rights


@dataclass(frozen=True)
class SamplePerson:
    """Stands for a signed-in user, so that the page needs no database."""

    name: str = "Anneke Verbruggen-van der Heijden"
    email: str = "anneke@van-dijk.example"
    is_authenticated: bool = True
    is_staff: bool = True

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class SampleRow:
    """One line of the sample list of administrations."""

    name: str
    counts: dict[str, int] = field(default_factory=dict)
    synced: str = "–"
    attention: str = ""


class SampleForm(forms.Form):
    """A field of every sort."""

    name = forms.CharField(label=_("Name"), help_text=_("As it stands on quotations and invoices."))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("a", _("Text")), ("b", _("Number"))], required=False)
    notes = forms.CharField(label=_("Notes"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    work_types = forms.MultipleChoiceField(
        label=_("Work types"),
        choices=[("1", "Onderhoud"), ("2", "Storing"), ("3", "Installatie")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    required = forms.BooleanField(label=_("Required"), required=False)


ROWS = (
    SampleRow("Van Dijk Noord", {"in_line": 142}, "vandaag 09:12, beheerder"),
    SampleRow("Van Dijk Oost", {"in_line": 130, "behind": 12}, "3 weken geleden"),
    SampleRow("Van Dijk Zuid", {"in_line": 137, "changed_locally": 4, "conflict": 1}, "gisteren", "1 conflict"),
    SampleRow("Van Dijk West", {"missing": 140}, "–", "2 gelijke namen"),
    SampleRow(
        "Installatie- en Onderhoudsbedrijf Gebroeders Van den Heuvel-Oosterhout Zuidwest",
        {"in_line": 3, "missing": 139},
    ),
)


@require_GET
def show_styleguide(request: HttpRequest) -> HttpResponse:
    """Render templates/styleguide.html with made-up data."""
    bound = SampleForm({"name": "", "kind": "a", "required": "on"})
    bound.is_valid()
    return render(request, "styleguide.html", {"form": bound, "rows": ROWS, **_sample_frame(), **_sample_pages()})


def _sample_frame() -> dict[str, Any]:
    main = Administration(name="Van Dijk Groep", slug="van-dijk", state="active")
    return {
        "administration": main,
        "can_switch": True,
        "rights": frozenset(all_rights()),
        "user": SamplePerson(),
    }


def _sample_pages() -> dict[str, Any]:
    return {"page": Paginator(range(420), 50).page(2)}
