"""What people fill in for customers and work orders."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from forms_catalog.models import Form
from reference_data.models import (
    Entity,
    ErrorCode,
    FreeField,
    PaymentMethod,
    Priority,
    Solution,
    WorkStatus,
    WorkType,
)
from tenants.entries import Unreadable, as_text, canonical, read_number, written
from tenants.entry_fields import DateField, DateTimeField, NumberField, TimeField, limit_texts
from tenants.models import Administration
from workflows.models import Workflow

from .answers import labels_of, photo_questions
from .choices import choosable
from .models import Customer, WorkOrder
from .photos import ACCEPTED
from .services.customers import CUSTOMER_FIELDS
from .services.work_orders import employees_of

SETTINGS = {
    "work_type": WorkType,
    "status": WorkStatus,
    "payment_method": PaymentMethod,
    "priority": Priority,
    "workflow": Workflow,
    "error": ErrorCode,
    "solution": Solution,
}
NO_LABELS: Mapping[str, str] = MappingProxyType({})
FREE = "free_"
KEPT = ":kept"
REMOVED = ":removed"
"""Behind the key of a photo question: the photo that is there already, and the tick that takes it away."""
UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class SearchForm(forms.Form):
    """What stands in the address of a list; anything unreadable counts as nothing."""

    q = forms.CharField(required=False, max_length=100)
    stage = forms.ChoiceField(required=False, choices=WorkOrder.Stage.choices)

    def found(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class CustomerForm(forms.ModelForm):
    class Meta:
        model = Customer
        fields = CUSTOMER_FIELDS
        widgets = {"notes": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payment_method"].queryset = choosable(PaymentMethod, self.instance.payment_method_id)  # type: ignore[attr-defined]
        limit_texts(self.fields.values())


class WorkOrderForm(forms.ModelForm):
    """A work order of one customer, with the free fields that this administration has for work orders."""

    employee_id = forms.TypedChoiceField(label=_("Employee"), required=False, coerce=int, empty_value=None)
    planned_at = DateTimeField(label=_("Planned at"), required=False)

    class Meta:
        model = WorkOrder
        fields = (
            "work_type",
            "description",
            "planned_at",
            "employee_id",
            "status",
            "priority",
            "workflow",
            "payment_method",
            "contact",
            "service_object",
            "project",
            "error",
            "solution",
            "reference",
            "internal_memo",
        )
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "internal_memo": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, administration: Administration, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in SETTINGS.items():
            self.fields[name].queryset = choosable(model, getattr(self.instance, f"{name}_id"))  # type: ignore[attr-defined]
        for name, owned in (
            ("contact", customer.contacts.all()),
            ("service_object", customer.objects_in_service.all()),
            ("project", customer.projects.all()),
        ):
            self.fields[name].queryset = owned  # type: ignore[attr-defined]
        self.fields["employee_id"].choices = self._employees(administration)  # type: ignore[attr-defined]
        self.fields["workflow"].disabled = not self.instance.is_open
        limit_texts(self.fields.values())
        self._add_free_fields()

    def _employees(self, administration: Administration) -> list[tuple[Any, str]]:
        """Those who work here, and the one who has the work, who may have left."""
        employees = employees_of(administration)
        if self.instance.employee_id:
            employees.setdefault(self.instance.employee_id, self.instance.employee_name)
        return [("", "---------"), *employees.items()]

    def _add_free_fields(self) -> None:
        rows = self.instance.free_field_values.all() if self.instance.pk else ()
        held = {row.free_field_id: row.value for row in rows}
        found = choosable(FreeField).filter(entity=Entity.WORK_ORDER) | FreeField.objects.filter(pk__in=held)
        self.free_fields = {f"{FREE}{field.pk}": field for field in found}
        for name, field in self.free_fields.items():
            self.fields[name] = field_for(
                kind=field.type, label=field.name, required=field.is_required, options=field.values
            )
            self.initial[name] = initial_for(field.type, held.get(field.pk, ""))

    def values(self) -> dict[str, Any]:
        """The values of the work order's own fields."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.free_fields}

    def free_values(self) -> dict[FreeField, str]:
        """What was filled in in each free field, as text."""
        return {field: kept(self.cleaned_data[name]) for name, field in self.free_fields.items()}

    def free_bound(self) -> list[BoundField]:
        return [self[name] for name in self.free_fields]


class AddFormForm(forms.Form):
    """Choosing a form to put on a work order: those for its work type first, then the ones for every type."""

    form = forms.ModelChoiceField(label=_("Form"), queryset=Form.objects.none())

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].queryset = choices  # type: ignore[attr-defined]


class AnswersForm(forms.Form):
    """The questions of a filled-in form, from its own copy; which of them must be answered is the service's to say."""

    use_required_attribute = False

    def __init__(
        self, *args: Any, questions: Any, answers: Mapping[str, Any], objects: Any, is_open: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        asked = [question for section in questions for question in section["fields"]]
        self.labels = {question["key"]: question["label"] for question in asked}
        self.types = {question["key"]: question["type"] for question in asked}
        self.option_labels = {question["key"]: labels_of(question) for question in asked}
        self.kept_photos = {key: self._kept_photo(key, answers) for key in photo_questions(questions)}
        for question in asked:
            if question["type"] == "photo":
                self._add_photo(question, is_open)
            elif question["type"] != "information":
                self._add(question, answers, objects, is_open)

    def _kept_photo(self, key: str, answers: Mapping[str, Any]) -> str:
        """The photo that the page shows: the one that was sent along with it, else the answer as it is kept."""
        if self.is_bound:
            sent = str(self.data.get(f"{key}{KEPT}", ""))
            return sent if UID.fullmatch(sent) and f"{key}{REMOVED}" not in self.data else ""
        return str(answers.get(key) or "")

    def _add_photo(self, question: Mapping[str, Any], is_open: bool) -> None:
        # Without `capture`: a phone then offers its camera as well as the pictures that it has.
        widget = forms.FileInput(attrs={"accept": ACCEPTED})
        field = forms.FileField(label=question["label"], required=False, widget=widget, disabled=not is_open)
        field.help_text = self._explained(question)
        self.fields[question["key"]] = field

    def _explained(self, question: Mapping[str, Any]) -> str:
        return " · ".join(filter(None, [question["help_text"], self.condition(question)]))

    def _add(self, question: Mapping[str, Any], answers: Mapping[str, Any], objects: Any, is_open: bool) -> None:
        kind = question["type"]
        key = question["key"]
        options = [str(found) for found in objects] if kind == "object_reference" else question["options"]
        if kind == "object_reference" and answers.get(key) not in ("", None, *options):
            options = [*options, answers[key]]
        # A customer without objects is no reason to leave the question open: then it is typed.
        shown_as = "line" if kind == "object_reference" and not options else kind
        field = field_for(
            kind=shown_as, label=question["label"], required=False, options=options, labels=labels_of(question)
        )
        field.help_text = self._explained(question)
        field.disabled = not is_open
        self.fields[key] = field
        default = question["default"].splitlines() if kind == "checkboxes" else question["default"]
        self.initial[key] = initial_for(kind, answers.get(key, default))

    def condition(self, part: Mapping[str, Any]) -> str:
        """When a question or section is asked, in words."""
        found = part["visible_if"]
        if not found:
            return ""
        labels = self.option_labels.get(found["field"], {})
        value = labels.get(found["value"]) or written(self.types.get(found["field"], ""), found["value"])
        facts = {"question": self.labels.get(found["field"], ""), "answer": value}
        if not found["value"]:
            return str(_("Only when “%(question)s” is answered.") % facts)
        return str(_("Only when “%(question)s” is “%(answer)s”.") % facts)

    def answers(self) -> dict[str, Any]:
        """What was filled in, as plain data; a photo by its uid."""
        plain = {key: value if isinstance(value, list) else kept(value) for key, value in self.cleaned_data.items()}
        return {**plain, **self.kept_photos}

    def uploads(self) -> dict[str, bytes]:
        """The pictures that were sent along, by the key of their question."""
        return {key: sent.read() for key in self.kept_photos if (sent := self.cleaned_data.get(key))}

    def sections(self) -> list[dict[str, Any]]:
        """The sections with their bound fields and information texts, in order, for the page."""
        return [
            {
                "title": section["title"],
                "condition": self.condition(section),
                "rows": [self._row(question) for question in section["fields"]],
            }
            for section in self.questions
        ]

    def _row(self, question: Mapping[str, Any]) -> dict[str, Any]:
        photo = self.kept_photos.get(question["key"], "")
        return {"question": question, "field": self._shown(question), "photo": photo}

    def _shown(self, question: Mapping[str, Any]) -> BoundField | None:
        """A field of the page; only there it says that it is required, because the answers decide what is asked."""
        if question["key"] not in self.fields:
            return None
        self.fields[question["key"]].required = question["is_required"]
        return self[question["key"]]


def field_for(
    *, kind: str, label: str, required: bool, options: Any, labels: Mapping[str, str] = NO_LABELS
) -> forms.Field:
    """The form field for a free field or a question of this kind; `labels` of the options that are read otherwise."""
    common: dict[str, Any] = {"label": label, "required": required}
    choices = [(option, labels.get(option, option)) for option in options]
    if kind in ("dropdown", "object_reference"):
        return forms.ChoiceField(**common, choices=[("", "---------"), *choices])
    if kind == "radio":
        return forms.ChoiceField(**common, choices=choices, widget=forms.RadioSelect)
    if kind == "checkboxes":
        return forms.MultipleChoiceField(**common, choices=choices, widget=forms.CheckboxSelectMultiple)
    if kind == "checkbox":
        return forms.BooleanField(label=label, required=False)
    return _plain_field(kind, common)


def _plain_field(kind: str, common: dict[str, Any]) -> forms.Field:
    if kind == "number":
        return NumberField(**common)
    if kind == "date":
        return DateField(**common)
    if kind == "time":
        return TimeField(**common)
    if kind == "date_time":
        return DateTimeField(**common)
    if kind == "text":
        # It grows with what is typed (field.css), so that a long answer has room and a short one takes none.
        return forms.CharField(**common, max_length=4000, widget=forms.Textarea(attrs={"rows": 2, "class": "grows"}))
    return forms.CharField(**common, max_length=4000)


def kept(value: Any) -> str:
    """A value as it is kept: numbers, dates and times in their one form, a tick as "true", nothing as ""."""
    if value is None or value is False:
        return ""
    return "true" if value is True else as_text(value)


def initial_for(kind: str, held: Any) -> Any:
    """A kept value as the field shows it."""
    if kind == "checkbox":
        return held == "true"
    if kind == "date_time" and held:
        return _moment(held) or held
    if kind == "number" and held:
        return _number(held)
    return canonical(kind, held) if isinstance(held, str) else held


def _number(held: str) -> Any:
    """A number as such, which the field writes in the reader's language; a text that was never one stays."""
    try:
        return read_number(held)
    except Unreadable:
        return held


def _moment(held: str) -> Any:
    """A moment as it was kept, with its time zone; None when it was never one."""
    try:
        return parse_datetime(held)
    except ValueError:
        return None
