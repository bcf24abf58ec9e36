"""What people fill in for an API token."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Scope

LIFETIMES = {30: _("30 days"), 90: _("90 days"), 365: _("a year"), 730: _("two years")}


class TokenForm(forms.Form):
    """What it is for, what it may be used for, and how long."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("Which system uses it, to recognise it later."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it be used for?"),
        help_text=_("Besides this it may never do more than you may do yourself."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    days = forms.TypedChoiceField(
        label=_("How long does it work?"), coerce=int, choices=list(LIFETIMES.items()), initial=365
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.value, capfirst(scope.label)) for scope in Scope]  # type: ignore[attr-defined]
