"""What support fills in to start a sync on behalf of a customer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import Plan
from settings_sync.services.support.support import users_who_may_sync
from tenants.entry_fields import WholeNumberField
from tenants.models import Administration


class SyncOnBehalfForm(forms.Form):
    """As whom, to which administrations, which categories, and why."""

    on_behalf_of = forms.ModelChoiceField(
        label=_("On behalf of"),
        help_text=_("The rights of this user count; the trail names you both."),
        queryset=User.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )
    targets = forms.ModelMultipleChoiceField(
        label=_("To which administrations"),
        queryset=Administration.objects.none(),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    categories = forms.MultipleChoiceField(label=_("What"), widget=UnfoldAdminCheckboxSelectMultipleWidget)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The customer sees it as the note of the sync."),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget,
    )

    def __init__(self, *args: Any, main: Administration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on_behalf_of"].queryset = users_who_may_sync(main)  # type: ignore[attr-defined]
        self.fields["targets"].queryset = main.children.active()  # type: ignore[attr-defined]
        choices = [(category.key, category.label) for category in all_kinds().categories]
        self.fields["categories"].choices = choices  # type: ignore[attr-defined]


class ConfirmOnBehalfForm(forms.Form):
    """The preview that was looked at, and the answers that led to it."""

    plan = forms.ModelChoiceField(queryset=Plan.objects.none(), widget=forms.HiddenInput)
    version = WholeNumberField(min_value=1, widget=forms.HiddenInput)
    on_behalf_of = forms.ModelChoiceField(queryset=User.objects.none(), widget=forms.HiddenInput)
    reason = forms.CharField(max_length=1000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, main: Administration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = Plan.objects.filter(administration=main)  # type: ignore[attr-defined]
        self.fields["on_behalf_of"].queryset = users_who_may_sync(main)  # type: ignore[attr-defined]
