"""What is asked of who approves, and of who says when that is wanted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from settings_sync.models import Approval
from settings_sync.services.approvals.policy import MOST, ApprovalPolicy
from tenants.entry_fields import WholeNumberField

NEVER = "never"
ALWAYS = "always"
SOME = "some"


class WordForm(forms.Form):
    """The word with which something is approved or rejected."""

    reason = forms.CharField(
        label=_("Your comment"),
        help_text=_("Whoever asked reads it, and it is kept in the trail."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=Approval.LONGEST_REASON,
    )


class ApprovalPolicyForm(forms.Form):
    """When a sync waits until somebody else has approved it."""

    when = forms.ChoiceField(
        label=_("A sync waits until somebody else has approved it"),
        choices=[(NEVER, _("never")), (ALWAYS, _("always")), (SOME, _("in the cases below"))],
        widget=forms.RadioSelect,
    )
    above = WholeNumberField(
        label=_("When it goes to more administrations than"), min_value=1, max_value=MOST, required=False
    )
    on_removals = forms.BooleanField(label=_("When it removes or archives something"), required=False)

    @staticmethod
    def initial_of(policy: ApprovalPolicy) -> dict[str, Any]:
        """What the form shows of a policy."""
        is_some = policy.above is not None or policy.on_removals
        when = ALWAYS if policy.always else SOME if is_some else NEVER
        return {"when": when, "above": policy.above, "on_removals": policy.on_removals}

    def policy(self) -> ApprovalPolicy:
        """What was chosen; what was filled in below another choice is left out."""
        given = self.cleaned_data
        if given["when"] != SOME:
            return ApprovalPolicy(always=given["when"] == ALWAYS)
        return ApprovalPolicy(above=given["above"], on_removals=given["on_removals"])
