"""What the pages of policies, locks and pins ask."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from settings_sync.planning.policies import POLICIES
from settings_sync.services.settings.places import Standing
from settings_sync.services.settings.rule_book import PER_ITEM
from settings_sync.wording.decision_wording import POLICY_WORDS, policy_in_words
from tenants.entry_fields import DateField, WholeNumberField


class PoliciesForm(forms.Form):
    """What happens where nobody decides, and from which share a typed confirmation is asked."""

    max_share = WholeNumberField(
        label=_("Ask for a typed confirmation from this share (%)"),
        help_text=_("Of the settings of one administration that a sync would overwrite or remove."),
        min_value=1,
        max_value=100,
    )

    field_order = [*POLICIES, "max_share"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for policy in POLICIES:
            self.fields[policy] = policy_field(policy)
        self.order_fields(self.field_order)

    def policies(self) -> dict[str, str]:
        """The chosen value of each policy."""
        return {policy: self.cleaned_data[policy] for policy in POLICIES}


class RuleForm(forms.Form):
    """What is locked of one setting, and what happens with it where nobody decides."""

    locked = forms.MultipleChoiceField(
        label=_("Required"),
        help_text=_("What is required is put back by every sync, also where it was changed or removed."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(place.path or WHOLE, place.words) for place in standing.places]
        self.fields["locked"].choices = choices  # type: ignore[attr-defined]
        for policy in PER_ITEM:
            self.fields[policy] = policy_field(policy, otherwise=_("as for all settings"))

    def locked_paths(self) -> list[str]:
        """The paths that are locked; the empty one for the whole setting."""
        return ["" if path == WHOLE else path for path in self.cleaned_data["locked"]]

    def policies(self) -> dict[str, str]:
        """The policies that this setting has for itself."""
        return {policy: value for policy in PER_ITEM if (value := self.cleaned_data[policy])}


class PinForm(forms.Form):
    """What stays as it is here, and why."""

    path = forms.ChoiceField(label=_("What stays as it is"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why it stays as it is here; whoever looks at it later will want to know.")},
    )
    review_on = DateField(label=_("Look at it again on"), required=False)

    def __init__(self, *args: Any, standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].choices = [(place.path, place.words) for place in standing.places]  # type: ignore[attr-defined]


WHOLE = "whole"
"""Stands for the whole setting, whose path is empty, among checkboxes."""


def policy_field(policy: str, otherwise: str | Promise = "") -> forms.ChoiceField:
    """The choice of what a policy does; with `otherwise` it may be left at that."""
    choices = [("", otherwise)] if otherwise else []
    choices += [(value, policy_in_words(policy, value)[1]) for value in POLICY_WORDS[policy][1]]
    label = policy_in_words(policy, "")[0]
    return forms.ChoiceField(label=label, choices=choices, required=not otherwise)
