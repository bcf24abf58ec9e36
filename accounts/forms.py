"""What people fill in to sign in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    """E-mail address and password."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def code_field(label: Any) -> forms.CharField:
    """What people type over from their app."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True, "spellcheck": "false"}
    return forms.CharField(label=label, max_length=40, widget=forms.TextInput(attrs=attrs))


class CodeForm(forms.Form):
    """The second factor."""

    code = code_field(_("Code"))


class EnrolForm(forms.Form):
    """Switching it on: the first code, and the password, so that nobody does it on a screen left open."""

    code = code_field(_("Code that the app shows now"))
    password = forms.CharField(
        label=_("Your password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
