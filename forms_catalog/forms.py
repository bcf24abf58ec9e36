"""What people fill in for a form, a section and a field. Words are checked here; services ask the rules and write."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from catalog_kit.edit_pages import take_in_html
from reference_data.forms import SettingForm
from reference_data.models import WorkType
from tenants.entries import written
from tenants.entry_fields import WholeNumberField

from .answering.entries import READ_AS
from .documents import FIELD_FIELDS, SECTION_FIELDS
from .models import Field, FieldType, Form, Section
from .option_lines import OptionsField
from .rules import WITHOUT_ANSWER
from .type_rules import LIMITS, MOST_COUNTED, MOST_DECIMALS, MOST_ROWS

EMPTY: tuple[Any, ...] = (None, "", [], False)
RULE = forms.Textarea(attrs={"rows": 2, "class": "grows", "spellcheck": "false"})
RULE_HELP = _("For example: ${soort} = 'cv' and (${druk} < 1.5 or ${lekkage} != ''). A field is named by its id.")


class FormForm(SettingForm):
    class Meta:
        model = Form
        fields = ("name", "description", "work_types", "print_template")
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "work_types": forms.CheckboxSelectMultiple,
            "print_template": forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        }
        help_texts = {
            "work_types": _("Nothing ticked: the form is offered for every work type."),
            "print_template": _(
                "HTML of the printed form. Answers stand in it as {{ veld.id }}; empty: all questions and answers in "
                "their order."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = WorkType.objects.filter(is_archived=False)
        if self.instance.pk:
            offered = offered | WorkType.objects.filter(pk__in=self.instance.work_types.values("pk"))
        self.fields["work_types"].queryset = offered.order_by("name_key", "name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["work_types"] = list(values.get("work_types", []))
        take_in_html(self, ("print_template",))
        return values


class UidChoiceField(forms.ModelChoiceField):
    """A choice of a section or field by its uid, which is the same however often a draft is laid out; a row's number is
    understood as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, to_field_name="uid", **kwargs)

    def to_python(self, value: Any) -> Any:
        if str(value).isdecimal() and str(value).isascii() and self.queryset is not None:
            value = self.queryset.filter(pk=str(value)[:18]).values_list("uid", flat=True).first() or value
        return super().to_python(value)


class PartForm(SettingForm):
    """A section or field of `form`; only fields of the same form can be what its visibility depends on."""

    def __init__(self, *args: Any, form: Form, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form = form
        asked = Field.objects.filter(section__form=form).exclude(type__in=WITHOUT_ANSWER)
        if isinstance(self.instance, Field):
            asked = asked.exclude(pk=self.instance.pk)
        shown_if: Any = self.fields["visible_if_field"]
        shown_if.queryset = asked.select_related("section").order_by("section__position", "position")
        shown_if.label_from_instance = _in_its_section
        shown_if.empty_label = _("always shown")
        if self.instance.visible_if_field:
            self.initial["visible_if_field"] = self.instance.visible_if_field
            self._write_number("visible_if_value", self.instance.visible_if_field)

    def _write_number(self, name: str, field: Field) -> None:
        """Show what is typed for a field that asks for a number as the reader writes numbers."""
        kind = READ_AS.get(field.type, field.type)
        if kind == FieldType.NUMBER or (name in LIMITS and field.type in MOST_COUNTED):
            self.initial[name] = written(FieldType.NUMBER, getattr(self.instance, name))

    def groups(self) -> list[dict[str, Any]]:
        """The fields of the page in groups; one that is closed has nothing filled in and nothing wrong."""
        return [
            {
                "title": title,
                "fields": [self[name] for name in names if name in self.fields],
                "is_open": self._is_open(title, names),
            }
            for title, names in self.GROUPS
        ]

    GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = ()

    def _is_open(self, title: Any, names: Iterable[str]) -> bool:
        return not title or any(
            self[name].errors or self[name].value() not in EMPTY for name in names if name in self.fields
        )


class SectionForm(PartForm):
    visible_if_field = UidChoiceField(label=_("show only when"), queryset=Field.objects.none(), required=False)
    least_rows = WholeNumberField(label=_("rows at least"), required=False, min_value=0, max_value=MOST_ROWS)
    most_rows = WholeNumberField(label=_("rows at most"), required=False, min_value=1, max_value=MOST_ROWS)

    GROUPS = (
        ("", ("title",)),
        (_("A table with rows"), ("repeats", "least_rows", "most_rows")),
        (_("When it is shown"), ("visible_if_field", "visible_if_value", "visible_when")),
    )

    class Meta:
        model = Section
        fields = SECTION_FIELDS
        widgets = {"visible_when": RULE}
        help_texts = {
            "visible_if_value": _("Empty: shown as soon as that field is filled in."),
            "visible_when": RULE_HELP,
            "repeats": _("Its questions are filled in once per row, such as once per appliance."),
        }


class FieldForm(PartForm):
    GROUPS = (
        ("", ("section", "label", "reference", "change_along", "type", "is_required", "help_text")),
        (_("Options and lists"), ("options", "allows_other", "list_source")),
        (_("Number, limits and formula"), ("unit", "decimals", "at_least", "at_most", "formula")),
        (_("Default"), ("default_value",)),
        (_("When it is shown"), ("visible_if_field", "visible_if_value", "visible_when")),
        (_("When it is required or accepted"), ("required_when", "valid_when", "valid_message")),
    )
    section = UidChoiceField(label=_("section"), queryset=Section.objects.none())
    visible_if_field = UidChoiceField(label=_("show only when"), queryset=Field.objects.none(), required=False)
    change_along = forms.BooleanField(
        label=_("Change along what names this field or its options"),
        required=False,
        help_text=_("For a new id or another code of an option: rules, defaults and the print template follow."),
    )
    decimals = WholeNumberField(label=_("decimals at most"), required=False, min_value=0, max_value=MOST_DECIMALS)
    reference = forms.CharField(
        label=_("id inside the form"),
        max_length=80,
        required=False,
        validators=[
            RegexValidator(r"^[a-zA-Z0-9_-]+$", _("An id has letters, digits, hyphens and underscores: co_gehalte"))
        ],
        help_text=_("By which the print template and other systems find the answer. Empty: made from the label."),
    )
    options = OptionsField(
        label=_("options"),
        required=False,
        help_text=_(
            "For what is chosen from: one per line. Written as “code = text”, answers and rules "
            "keep the code when the text changes."
        ),
    )

    class Meta:
        model = Field
        fields = ("section", *(name for name in FIELD_FIELDS if name != "option_labels"))
        widgets = {
            "default_value": forms.Textarea(attrs={"rows": 2}),
            "help_text": forms.Textarea(attrs={"rows": 2}),
            "formula": RULE,
            "visible_when": RULE,
            "required_when": RULE,
            "valid_when": RULE,
        }
        help_texts = {
            "is_required": _("Of checkboxes all are to be ticked then, of “any of several” at least one."),
            "at_least": _("The smallest number or earliest day; of a text its length, of photos and options how many."),
            "formula": _("For example: ${lengte} * ${breedte}. In a table sum(${uren}) adds up all rows."),
            "visible_when": RULE_HELP,
            "valid_when": _("The answer itself is a point: . > 0 and . < ${maximum}"),
            "list_source": _("What is offered is read in the administration where the form is filled in."),
            "default_value": _("Of what has options, the code; for checkboxes the ticked ones, one per line."),
            "visible_if_value": _("Empty: shown as soon as that field is filled in."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections: Any = self.fields["section"]
        sections.queryset = self.form.sections.order_by("position")
        sections.empty_label = None
        if self.instance.pk:
            self.initial["section"] = self.instance.section
        options: Any = self.fields["options"]
        options.show(self.instance.options, self.instance.option_labels)
        self._write_number("default_value", self.instance)
        for name in LIMITS:
            self._write_number(name, self.instance)
        if not self.instance.pk:
            del self.fields["change_along"]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not values.get("reference") and "reference" not in self.errors and values.get("label"):
            values["reference"] = self._free_reference(values["label"])
        options: Any = self.fields["options"]
        codes, labels = options.split(values.get("options", []))
        values["options"] = codes
        values["option_labels"] = labels
        return values

    def _free_reference(self, label: str) -> str:
        plain = made = slugify(label).replace("-", "_")[:70] or "veld"
        taken = set(
            Field.objects.filter(section__form=self.form)
            .exclude(pk=self.instance.pk)
            .values_list("reference", flat=True)
        )
        number = 1
        while made in taken:
            number += 1
            made = f"{plain}_{number}"
        return made


def _in_its_section(field: Field) -> str:
    return f"{field.section} › {field}"
