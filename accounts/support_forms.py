"""What support fills in in the admin."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from .acting import LONGEST_REASON
from .models import User
from .support_rights import SupportRight


class ReasonForm(forms.Form):
    """Why, for the trail."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It is kept in the trail, with your name."),
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class NewUserForm(UserCreationForm):
    """A new user."""

    class Meta:
        model = User
        fields = ("email", "name")


class UserForm(UserChangeForm):
    """An existing user."""

    support_rights = forms.MultipleChoiceField(
        label=_("Rights of support"),
        help_text=_("They count for staff alone. Without the first the others are worth nothing."),
        choices=SupportRight.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = User
        fields = "__all__"
