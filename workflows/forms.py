"""What people fill in for a workflow: its name and work types, and one row per step in one page."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forms_catalog.models import Form
from reference_data.models import Entity, FreeField, WorkStatus, WorkType
from templates_catalog.models import MessageTemplate
from tenants.entries import Unreadable, read_whole_number
from tenants.entry_fields import limit_texts, name_empty_choices

from .models import Workflow
from .services import REFERENCES, StepValues, WorkflowValues
from .step_types import REFERENCE_OF_TYPE, REQUIRED_REFERENCES, StepType, grouped_choices, type_label
from .walk import Screen, walk_through

MOST_STEPS = 200
Row = dict[str, Any]
NEEDED_IN_WORDS = {
    "form": _("a form"),
    "email_template": _("an e-mail template"),
    "work_status": _("a work status"),
    "free_field": _("a free field"),
}


class Nameable:
    """What a step can name: choices in groups for one select element, and the setting behind each choice."""

    def __init__(self, workflow: Workflow | None) -> None:
        self.rows: dict[str, tuple[str, Any]] = {}
        offered: dict[str, tuple[Any, Any]] = {
            "form": (_("Forms"), Form.objects.all()),
            "email_template": (_("E-mail templates"), MessageTemplate.objects.filter(kind=MessageTemplate.Kind.EMAIL)),
            "work_status": (_("Work statuses"), WorkStatus.objects.all()),
            "free_field": (_("Free fields"), FreeField.objects.filter(entity=Entity.WORK_ORDER)),
        }
        self.choices: list[tuple[Any, Any]] = [("", _("nothing"))]
        for field, (label, found) in offered.items():
            kept = found.model.objects.filter(workflow_steps__workflow=workflow).order_by() if workflow else ()
            rows = {row.pk: row for row in (*found.filter(is_archived=False), *kept)}
            self._offer(field, label, rows.values())

    def _offer(self, field: str, label: Any, rows: Iterable[Any]) -> None:
        keys = {f"{field}:{row.pk}": row for row in rows}
        self.rows |= {key: (field, row) for key, row in keys.items()}
        self.choices.append((label, [(key, str(row)) for key, row in keys.items()]))

    def offered_for(self, field: str, chosen: str) -> list[tuple[Any, Any]]:
        """The choices for a step that names this field, and everything when something else is chosen."""
        if not field or (chosen and self.rows.get(chosen, ("", None))[0] != field):
            return self.choices
        return [self.choices[0], *((key, str(row)) for key, (of, row) in self.rows.items() if of == field)]

    def values_of(self, key: str) -> dict[str, Any]:
        """The field and setting that a choice stands for; nothing for the empty choice."""
        return dict([self.rows[key]]) if key in self.rows else {}


class WorkflowForm(forms.ModelForm):
    class Meta:
        model = Workflow
        fields = ("name", "description", "work_types")
        widgets = {"description": forms.Textarea(attrs={"rows": 3}), "work_types": forms.CheckboxSelectMultiple}
        help_texts = {"work_types": _("Work orders of these work types get this workflow.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = WorkType.objects.filter(is_archived=False)
        if self.instance.pk:
            offered = (offered | WorkType.objects.filter(workflows=self.instance)).distinct()
        self.fields["work_types"].queryset = offered  # type: ignore[attr-defined]
        limit_texts(self.fields.values())
        name_empty_choices(self.fields.values())

    def clean(self) -> dict[str, Any]:
        """Unique names are left to the database, which is the only one that knows."""
        if "description" in self.cleaned_data:
            self.cleaned_data["description"] = self.cleaned_data["description"].replace("\r\n", "\n")
        return self.cleaned_data


class StepForm(forms.Form):
    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    type = forms.ChoiceField(label=_("type"))
    title = forms.CharField(label=_("title"), max_length=200, required=False)
    names = forms.ChoiceField(label=_("names"), required=False)
    is_required = forms.BooleanField(label=_("required"), required=False)

    def __init__(self, *args: Any, nameable: Nameable, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"empty_permitted": False}))
        self.nameable = nameable
        self.fields["type"].choices = grouped_choices()  # type: ignore[attr-defined]
        self.fields["names"].choices = nameable.choices  # type: ignore[attr-defined]
        # Offered is what a step of this type names; what was sent is judged by all there is, and told in words.
        self.fields["names"].widget.choices = nameable.offered_for(self.needs, str(self["names"].value() or ""))

    @property
    def needs(self) -> str:
        """The field that a step of the chosen type names; empty when it names nothing."""
        return REFERENCE_OF_TYPE.get(str(self["type"].value() or ""), "")

    @property
    def says(self) -> dict[str, Any]:
        """What the page says of this step: what it needs in words, whether that is missing, and what it names."""
        named = self.nameable.rows.get(str(self["names"].value() or ""))
        return {
            "type": type_label(str(self["type"].value() or "")),
            "needs": NEEDED_IN_WORDS.get(self.needs, ""),
            "is_missing": self.needs in REQUIRED_REFERENCES and named is None,
            "named": named[1] if named and named[0] == self.needs else None,
            "shows_names": bool(self.needs or named),
        }

    def values(self) -> StepValues:
        """The step as it was filled in; only for a valid form."""
        found = self.cleaned_data
        plain = {name: found[name] for name in ("uid", "type", "title", "is_required")}
        return StepValues(**plain, **self.nameable.values_of(found["names"]))


StepFormSet = forms.formset_factory(
    StepForm, extra=0, max_num=MOST_STEPS, absolute_max=MOST_STEPS + 1, validate_max=True
)


class WorkflowEditor:
    """The page's form and its rows of steps together: stored, as posted, or rearranged and not saved yet."""

    def __init__(
        self, workflow: Workflow | None, data: Any = None, *, head: Row | None = None, rows: list[Row] | None = None
    ) -> None:
        self.workflow = workflow
        stored = rows if rows is not None else _rows_of(workflow)
        nameable = {"nameable": Nameable(workflow)}
        instance = Workflow.objects.get(pk=workflow.pk) if workflow else None
        self.form = WorkflowForm(data, instance=instance, initial=head)
        self.steps: Any = StepFormSet(data, initial=None if data else stored, prefix="steps", form_kwargs=nameable)

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.steps.is_valid()])

    def values(self) -> WorkflowValues:
        """Everything that was filled in; only when valid."""
        return WorkflowValues(**self.form.cleaned_data, steps=[step.values() for step in self.steps])

    def walk(self) -> list[Screen]:
        """The screens that an employee goes through, by what is filled in now."""
        return walk_through(
            [(step["title"].value() or "", step["type"].value() or "", step.says["named"]) for step in self.steps]
        )

    def rearranged(self, do: str, new_type: str) -> "WorkflowEditor":
        """The same page with one step added, moved or removed, and nothing saved."""
        head = {name: self.form[name].value() for name in self.form.fields}
        rows = [_fitting({name: form[name].value() for name in form.fields}) for form in self.steps]
        return WorkflowEditor(self.workflow, head=head, rows=rearrange(rows, do, new_type))


def rearrange(rows: list[Row], do: str, new_type: str = "") -> list[Row]:
    """Rows after `add`, `up-<index>`, `down-<index>`, `place-<from>-<to>` or `remove-<index>`; else as they are. Pure.

    A new step comes before a Send that stands last.
    """
    verb, _dash, number = do.partition("-")
    if verb == "add" and new_type in StepType.values and len(rows) < MOST_STEPS:
        is_before_send = bool(rows) and rows[-1].get("type") == StepType.SEND and new_type != StepType.SEND
        place = len(rows) - 1 if is_before_send else len(rows)
        return [*rows[:place], {"type": new_type}, *rows[place:]]
    number, _dash, to = number.partition("-")
    index = _index(number)
    if not 0 <= index < len(rows):
        return rows
    rest = [*rows[:index], *rows[index + 1 :]]
    if verb == "remove":
        return rest
    shift = {"up": -1, "down": 1}.get(verb, 0)
    place = max(0, index + shift)
    if verb == "place":
        place = min(_index(to), len(rest)) if _index(to) >= 0 else index
    return [*rest[:place], rows[index], *rest[place:]]


def _fitting(row: Row) -> Row:
    """A row that names nothing that a step of its type does not name."""
    field = str(row.get("names") or "").partition(":")[0]
    return row if field == REFERENCE_OF_TYPE.get(row.get("type") or "", "") else {**row, "names": ""}


def _index(number: str) -> int:
    try:
        return read_whole_number(number)
    except Unreadable:
        return -1


def _rows_of(workflow: Workflow | None) -> list[Row]:
    if workflow is None:
        return []
    return [
        {
            "uid": step.uid,
            "type": step.type,
            "title": step.title,
            "is_required": step.is_required,
            "names": _named(step),
        }
        for step in workflow.steps.order_by("position")
    ]


def _named(step: Any) -> str:
    keys: Mapping[str, Any] = {name: getattr(step, f"{name}_id") for name in REFERENCES}
    return next((f"{name}:{key}" for name, key in keys.items() if key is not None), "")
