"""What people fill in about users and about themselves."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tenants.models import Role
from tenants.readable_names import has_hidden, is_visible

LONGEST_PASSWORD = 1000


class RoleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The roles that can be given; those that hold more than the giver may do are named and cannot be chosen."""

    def __init__(self, roles: Iterable[Role], own: Collection[str]) -> None:
        given = [role for role in roles if set(role.rights) <= set(own)]
        queryset = Role.objects.filter(pk__in=[role.pk for role in given]).order_by("name")
        super().__init__(queryset=queryset, label=_("Role"), empty_label=None)

    def label_from_instance(self, role: Role) -> str:
        return role.label


class InviteForm(forms.Form):
    """Who, with which role, and in which language the mail is."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    language = forms.ChoiceField(label=_("Language of the e-mail"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, roles: Iterable[Role], own: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = RoleChoice(roles, own)
        self.order_fields(["email", "role", "language"])


class MemberForm(forms.Form):
    """Another role for somebody."""

    def __init__(self, *args: Any, roles: Iterable[Role], own: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = RoleChoice(roles, own)


class RemoveForm(forms.Form):
    """Why somebody's access ends, for the trail."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        help_text=_("It is kept in the trail, with your name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def name_field() -> forms.CharField:
    """What a person is called."""
    return forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        validators=[_check_name],
    )


def _check_name(name: str) -> None:
    if not is_visible(name) or has_hidden(name):
        raise ValidationError(_("Type a name that people can read."))


def _password(label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=LONGEST_PASSWORD, strip=False, widget=widget, help_text=help_text)


class NewPasswordForm(forms.Form):
    """A password, twice; `user` is whose, so that it does not look like their name."""

    password = _password(_("New password"), "new-password")
    again = _password(_("New password again"), "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        """Both are the same, and it is not easy to guess."""
        chosen = self.cleaned_data
        password = chosen.get("password")
        if password and chosen.get("again") and password != chosen["again"]:
            self.add_error("again", _("These are two different passwords. Type the same one twice."))
        elif password:
            try:
                validate_password(password, self.user_to_compare())
            except ValidationError as weak:
                self.add_error("password", weak)
        return chosen

    def user_to_compare(self) -> User:
        """Whose name and e-mail address the password must not look like."""
        return self.user


class AcceptForm(NewPasswordForm):
    """The account of somebody who was invited."""

    name = name_field()
    field_order = ("name", "password", "again")

    def user_to_compare(self) -> User:
        self.user.name = self.cleaned_data.get("name", "")
        return self.user


class ChangePasswordForm(NewPasswordForm):
    """The password of now, and another one."""

    current = _password(_("Your password now"), "current-password")
    field_order = ("current", "password", "again")


class ForgotForm(forms.Form):
    """Whose password was forgotten."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class ProfileForm(forms.Form):
    """Name and language."""

    name = name_field()
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class NewAddressForm(forms.Form):
    """Another e-mail address, with the password, so that nobody does it on a screen left open."""

    email = forms.EmailField(
        label=_("New e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = _password(_("Your password"), "current-password")
