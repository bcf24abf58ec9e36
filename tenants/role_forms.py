"""What people fill in for a role."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .models import Membership, Role
from .rights import all_modules, all_rights, verb_of


class OwnRights(forms.CheckboxSelectMultiple):
    """Rights to tick; those that the user does not have themselves stay as they are."""

    own: Collection[str] = ()

    def create_option(self, name: str, value: Any, *rest: Any, **options: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *rest, **options)
        option["attrs"]["disabled"] = str(value) not in self.own
        return option


class RoleForm(forms.Form):
    """Its name, and per module the rights; `own` are the rights of the user who fills it in."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, own: Collection[str], role: Role | None = None, **kwargs: Any) -> None:
        held = set(role.rights) if role else set()
        super().__init__(*args, **kwargs)
        self.kept = held - set(own)
        self.initial["name"] = role.name if role else ""
        for module in all_modules():
            field = forms.MultipleChoiceField(
                label=module.label,
                choices=[(right.value, capfirst(verb_of(right))) for right in module.rights],
                required=False,
                widget=OwnRights,
            )
            field.widget.own = own
            self.fields[module.key] = field
            self.initial[module.key] = [right.value for right in module.rights if right in held]

    def modules(self) -> list[forms.BoundField]:
        """The fields with rights."""
        return [self[module.key] for module in all_modules()]

    def clean(self) -> dict[str, Any]:
        """The name and all rights together; a box that cannot be ticked is not sent, and what it held is kept."""
        chosen = {right for module in all_modules() for right in self.cleaned_data.pop(module.key, [])} | self.kept
        return {**self.cleaned_data, "rights": [right.value for right in all_rights() if right in chosen]}


class ReplaceRoleForm(forms.Form):
    """Which role everybody who has a role gets instead of it: one for all of them, or one for each."""

    everybody = forms.ChoiceField(label=_("The same role for everybody"), required=False)

    def __init__(self, *args: Any, holders: Collection[Membership], roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = {str(role.pk): role for role in roles}
        self.holders = {f"holder_{holder.pk}": holder for holder in holders}
        choices = [("", _("choose a role")), *((key, role.name) for key, role in self.roles.items())]
        for name, holder in self.holders.items():
            label = f"{holder.user} · {holder.administration}"
            self.fields[name] = forms.ChoiceField(label=label, required=len(holders) < 2, choices=choices)
        self.fields["everybody"].choices = choices  # type: ignore[attr-defined]
        if len(holders) < 2:
            del self.fields["everybody"]

    def clean(self) -> dict[str, Any]:
        """What was chosen for one holder goes before what was chosen for everybody."""
        chosen = self.cleaned_data
        for name in self.holders:
            if not chosen.get(name) and not chosen.get("everybody") and name not in self.errors:
                self.add_error(name, _("Choose a role."))
        return chosen

    def instead(self) -> dict[int, Role]:
        """Per membership the chosen role; only for a valid form."""
        chosen = self.cleaned_data
        keys = {holder.pk: chosen[name] or chosen["everybody"] for name, holder in self.holders.items()}
        return {pk: self.roles[key] for pk, key in keys.items()}
