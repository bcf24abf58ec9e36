"""What people fill in for a form, a section and a field. Words are checked here; services ask the rules and write."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from catalog_kit.edit_pages import take_in_html
from reference_data.forms import SettingForm
from reference_data.models import WorkType
from tenants.entries import written

from .documents import FIELD_FIELDS, SECTION_FIELDS
from .models import Field, FieldType, Form, Section
from .option_lines import OptionsField
from .rules import WITHOUT_ANSWER


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
            self._write_number("visible_if_value", self.instance.visible_if_field)

    def _write_number(self, name: str, field: Field) -> None:
        """Show what is typed for a field that asks for a number as the reader writes numbers."""
        if field.type == FieldType.NUMBER:
            self.initial[name] = written(FieldType.NUMBER, getattr(self.instance, name))


class SectionForm(PartForm):
    class Meta:
        model = Section
        fields = SECTION_FIELDS
        help_texts = {"visible_if_value": _("Empty: shown as soon as that field is filled in.")}


class FieldForm(PartForm):
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
            "For checkboxes, one of several and a dropdown: one per line. Written as “code = text”, answers and rules "
            "keep the code when the text changes."
        ),
    )

    class Meta:
        model = Field
        fields = ("section", *(name for name in FIELD_FIELDS if name != "option_labels"))
        widgets = {
            "default_value": forms.Textarea(attrs={"rows": 2}),
            "help_text": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "is_required": _("Required checkboxes means that all of them are ticked."),
            "default_value": _("Of what has options, the code; for checkboxes the ticked ones, one per line."),
            "visible_if_value": _("Empty: shown as soon as that field is filled in."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections: Any = self.fields["section"]
        sections.queryset = self.form.sections.order_by("position")
        sections.empty_label = None
        options: Any = self.fields["options"]
        options.show(self.instance.options, self.instance.option_labels)
        self._write_number("default_value", self.instance)

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
