"""The form of a variable."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import VARIABLE_NAME, Variable

LONGEST_VALUE = 2000


class VariableForm(forms.ModelForm):
    """A name that can stand in a placeholder, and the text for it."""

    class Meta:
        model = Variable
        fields = ("name", "value")
        widgets = {"value": forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_VALUE})}
        help_texts = {
            "name": _("Small letters, digits and underscores, such as openingstijden."),
            "value": _("The text that stands in this administration where a template has the placeholder."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}

    def clean_name(self) -> str:
        """Spaces and capitals are put right; whether the name is taken, the database knows."""
        name = re.sub(r"[\s\-]+", "_", str(self.cleaned_data["name"]).strip().lower())
        if not re.match(VARIABLE_NAME, name):
            raise forms.ValidationError(_("Begin with a letter, and use letters, digits and underscores."), code="name")
        return name

    def clean_value(self) -> str:
        value = str(self.cleaned_data["value"]).replace("\r\n", "\n")
        if len(value) > LONGEST_VALUE:
            raise forms.ValidationError(_("At most %(number)d characters.") % {"number": LONGEST_VALUE})
        return value

    def validate_unique(self) -> None:
        """Left to the service, whose refusal holds under two people at once as well."""
