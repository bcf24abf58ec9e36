"""What the pages of packages ask."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from settings_sync.planning.verdicts import Demand
from settings_sync.services.packages.packages import LONGEST, Asked, Contents

from .forms import UidsField, ValuesField

EVERYTHING = "everything"


class PackageForm(forms.Form):
    """The name of a package, and which settings it holds. Single settings are ticked in lists that the page draws."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("For example: Electrical work."),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    which = forms.ChoiceField(
        label=_("What it holds"),
        choices=[(EVERYTHING, _("Everything")), ("some", _("Only what is ticked below"))],
        initial="some",
        widget=forms.RadioSelect,
    )
    categories = forms.MultipleChoiceField(
        label=_("Whole categories"), required=False, widget=forms.CheckboxSelectMultiple
    )
    forbids_editing = forms.BooleanField(label=_("Sub-administrations cannot edit these settings"), required=False)
    item = UidsField(required=False)
    without = UidsField(required=False)

    def __init__(self, *args: Any, categories: Collection[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categories"].choices = list(categories)  # type: ignore[attr-defined]

    def contents(self) -> Contents:
        """What was chosen."""
        given = self.cleaned_data
        if given["which"] == EVERYTHING:
            return Contents(excepted=given["without"])
        return Contents(given["categories"], given["item"], given["without"] or None)


class AssignmentsForm(forms.Form):
    """What is asked of each group, and of the administrations that are named."""

    group = ValuesField(required=False)
    administration = ValuesField(required=False)
    extra = forms.CharField(required=False, max_length=200)
    extra_as = forms.ChoiceField(choices=Demand.choices, required=False)

    def __init__(self, *args: Any, slugs: Mapping[str, str], **kwargs: Any) -> None:
        """`slugs` gives the slug of each administration by its name, in small letters, and by its slug."""
        super().__init__(*args, **kwargs)
        self._slugs = slugs

    def asked(self) -> list[Asked]:
        """What was said; a group or administration of which nothing is asked is left out."""
        found = [Asked(Demand(demand), group=name) for name, demand in self._pairs("group")]
        found += [Asked(Demand(demand), administration=slug) for slug, demand in self._pairs("administration")]
        extra = self.cleaned_data["extra"].strip().casefold()
        if extra:
            slug = self._slugs.get(extra, self.cleaned_data["extra"].strip())
            found.append(Asked(Demand(self.cleaned_data["extra_as"] or Demand.REQUIRED), administration=slug))
        return found

    def _pairs(self, name: str) -> list[tuple[str, str]]:
        # As “required:Noord”: the demand has no colon in it, the name of a group may.
        pairs = (value.partition(":") for value in self.cleaned_data[name])
        return [(who, demand) for demand, _colon, who in pairs if demand in Demand.values]
