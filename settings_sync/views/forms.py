"""What the pages of the sync ask."""

import uuid
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from settings_sync.planning.policies import POLICIES
from tenants.entry_fields import WholeNumberField


class ValuesField(forms.Field):
    """Every value that was sent under one name; the service says which of them exist."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(value or []))


class UidsField(ValuesField):
    """Every uid that was sent under one name."""

    def to_python(self, value: Any) -> list[uuid.UUID]:  # type: ignore[override]
        try:
            return [uuid.UUID(text) for text in super().to_python(value)]
        except ValueError:
            raise forms.ValidationError(_("One of the settings is not known; choose again."), code="uid") from None


class SyncChoiceForm(forms.Form):
    """Which administrations, and which settings: whole categories, kinds or single items."""

    to = ValuesField(required=False)
    # Those that are ticked and stand on another page of the list; one value, for there may be a thousand.
    also = forms.CharField(required=False)
    category = ValuesField(required=False)
    kind = ValuesField(required=False)
    item = UidsField(required=False)
    differing = ValuesField(required=False)
    changed_locally = ValuesField(required=False)
    conflict = ValuesField(required=False)
    removed_locally = ValuesField(required=False)
    removed_in_source = ValuesField(required=False)
    stale = ValuesField(required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        also = [slug for slug in given.get("also", "").split(",") if slug]
        given["to"] = list(dict.fromkeys([*given.get("to", []), *also]))
        return given

    def policies(self) -> dict[str, str]:
        """The policies that were chosen; what is not there is as the main administration has it."""
        chosen = {policy: self.cleaned_data.get(policy) for policy in POLICIES}
        return {policy: values[0] for policy, values in chosen.items() if values and values[0]}


class StartForm(forms.Form):
    """The confirmation of a preview: the version that was looked at, and a note for the branches."""

    version = WholeNumberField(widget=forms.HiddenInput, min_value=1)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    note = forms.CharField(
        label=_("Note for the branches"),
        help_text=_("They see it with what changed, for example: new CO rules from 1 December."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
    )
    confirmation = forms.CharField(
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, phrase: str, moved: str, **kwargs: Any) -> None:
        """Without `phrase` no confirmation is asked; `moved` marks what changed in the main since the preview."""
        super().__init__(*args, **kwargs)
        self.moved = moved
        if not phrase:
            del self.fields["confirmation"]
            return
        self.fields["confirmation"].label = _("Type “%(name)s” to confirm") % {"name": phrase}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.moved and given.get("seen", "") != self.moved:
            self.data = {**self.data.dict(), "seen": self.moved}  # type: ignore[attr-defined]
            self.add_error(
                None, _("The main administration was changed since. Look below what that means, and choose.")
            )
        return given


class SavedChoiceForm(forms.Form):
    """The name of a saved choice."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("For example: CO forms to all branches."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class GroupForm(forms.Form):
    """The group that administrations are put in: an existing one or a new one."""

    group = forms.CharField(
        label=_("Put in group"),
        help_text=_("For example a region or a line of work. An administration can be in several groups."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "group-names"}),
    )


class CreateAdministrationForm(forms.Form):
    """A new sub-administration. What the address may be and whether there is room, the service says.

    Without `categories`, such as for somebody who may not sync, it is not asked what to start with.
    """

    name = forms.CharField(
        label=_("Name"), help_text=_("As you and your colleagues know it."), max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-suggests-slug": "id_slug"}),
    )  # fmt: skip
    slug = forms.SlugField(
        label=_("Web address"),
        help_text=_(
            "Stands in the address of its pages: small letters, digits and hyphens. It cannot be changed later."
        ),
        max_length=63,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages={"invalid": _("Use only letters, digits and hyphens.")},
    )
    groups = forms.MultipleChoiceField(
        label=_("Groups"),
        help_text=_("It begins with the packages of these groups."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    start_from = forms.MultipleChoiceField(
        label=_("Start with these settings"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        categories: Collection[tuple[str, str]],
        groups: Collection[str],
        main_name: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = [(name, name) for name in groups]  # type: ignore[attr-defined]
        if not groups:
            del self.fields["groups"]
        if not categories:
            del self.fields["start_from"]
            return
        field = self.fields["start_from"]
        field.choices = list(categories)  # type: ignore[attr-defined]
        field.label = _("Start with the settings of %(main)s") % {"main": main_name}

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()


class DeleteAdministrationForm(forms.Form):
    """The typed confirmation."""

    confirm = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirm"].label = _("Type “%(name)s” to confirm") % {"name": name}
