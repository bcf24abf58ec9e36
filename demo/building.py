"""Writes a catalog's settings into the administration that the caller is inside of, in a fixed number of statements.

What is built bears the same uid each time: it is made from the name of the company and of the setting.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Model

from forms_catalog.models import Field, Form, Section
from reference_data.models import (
    DevicePolicy,
    ErrorCode,
    FreeField,
    HourType,
    PaymentMethod,
    Priority,
    Solution,
    VatRate,
    WorkStatus,
    WorkType,
)
from templates_catalog.models import Layout, MessageTemplate, Scheme
from workflows.models import Step, Workflow

from .content.catalogs import Catalog, Rows, StepText, WorkflowText
from .content.reading import FieldText, FormText
from .content.template_texts import ADDRESS, FOOTER, GREETING, HEADER

NAMESPACE = uuid.UUID("6f1f2a0e-5d5b-4a6e-9d3f-0e1c2b3a4d5f")
CODED: dict[str, Any] = {
    "WORK_STATUSES": WorkStatus,
    "PAYMENT_METHODS": PaymentMethod,
    "PRIORITIES": Priority,
    "ERRORS": ErrorCode,
    "SOLUTIONS": Solution,
}
POLICY_KINDS: dict[str, type[Model]] = {
    "work_type": WorkType,
    "work_status": WorkStatus,
    "payment_method": PaymentMethod,
}
STEP_REFERENCES = {
    "predefined_form": ("form", Form),
    "email": ("email_template", MessageTemplate),
    "work_status": ("work_status", WorkStatus),
    "free_fields": ("free_field", FreeField),
}
KEYS = {WorkStatus: "code", PaymentMethod: "code", VatRate: "code", FreeField: "reference_name"}
PRINT_TEMPLATE = "<h1>{name}</h1><p>{{{{ klant.naam }}}}, {{{{ werkbon.datum }}}}</p>"


@dataclass
class Builder:
    """Builds for one company; `seed` is its name, of which the uids are made."""

    seed: str

    def build(self, catalog: Catalog) -> None:
        """Add everything of a catalog; what it points at is in the catalog or stands there already."""
        with transaction.atomic():
            self._build_codes(catalog.codes)
            self._build_forms(catalog.forms)
            self._build_templates(catalog)
            self._build_workflows(catalog.workflows)

    def uid(self, *path: object) -> uuid.UUID:
        return uuid.uuid5(NAMESPACE, "/".join(map(str, (self.seed, *path))))

    def _build_codes(self, codes: dict[str, Rows]) -> None:
        WorkType.objects.bulk_create(
            WorkType(uid=self.uid("work type", name), name=name, default_minutes=int(minutes), description=description)
            for name, minutes, description in codes["WORK_TYPES"]
        )
        for kind, model in CODED.items():
            model.objects.bulk_create(
                model(uid=self.uid(kind, code), code=code, name=name) for code, name in codes[kind]
            )
        with_number: tuple[tuple[str, Any, str], ...] = (
            ("HOUR_TYPES", HourType, "price"),
            ("VAT_RATES", VatRate, "percentage"),
        )
        for kind, priced, number in with_number:
            priced.objects.bulk_create(
                priced(uid=self.uid(kind, code), code=code, name=name, **{number: Decimal(value)})
                for code, name, value in codes[kind]
            )
        FreeField.objects.bulk_create(self._free_field(*row) for row in enumerate(codes["FREE_FIELDS"], 1))
        DevicePolicy.objects.bulk_create(self._policy(*row) for row in codes["DEVICE_POLICIES"])

    def _free_field(self, order: int, row: list[str]) -> FreeField:
        reference, name, entity, kind, *values = row
        return FreeField(
            uid=self.uid("free field", reference),
            reference_name=reference,
            name=name,
            entity=entity,
            type=kind,
            values=[value.strip() for value in values[0].split(";")] if values else [],
            order=order,
        )

    def _policy(self, key: str, value: str) -> DevicePolicy:
        kind, _is, code = value.partition("=")
        policy = DevicePolicy(uid=self.uid("policy", key), key=key)
        if code:
            setattr(policy, kind, Known(POLICY_KINDS[kind])[code])
        else:
            policy.value = value
        return policy

    def _build_forms(self, texts: list[FormText]) -> None:
        forms = Form.objects.bulk_create(
            Form(
                uid=self.uid("form", text.name),
                name=text.name,
                description=text.description,
                print_template=PRINT_TEMPLATE.format(name=text.name),
            )
            for text in texts
        )
        _link(Form, zip(forms, texts, strict=True))
        sections = [
            Section(uid=self.uid("form", text.name, section.title), form=form, title=section.title, position=number)
            for form, text in zip(forms, texts, strict=True)
            for number, section in enumerate(text.sections)
        ]
        Section.objects.bulk_create(sections)
        self._build_fields(texts, {(section.form.name, section.title): section for section in sections})

    def _build_fields(self, texts: list[FormText], sections: dict[tuple[str, str], Section]) -> None:
        """The questions that decide whether others are shown come first, so that these can point at them."""
        asked = []
        for text in texts:
            for section in text.sections:
                standing_in = sections[text.name, section.title]
                for number, question in enumerate(section.fields):
                    asked.append((text.name, question, self._field(text.name, question, standing_in, number)))
        by_label = {(form, question.label): field for form, question, field in asked}
        Field.objects.bulk_create(field for _form, question, field in asked if question.shown_if is None)
        dependent = [(form, question.shown_if, field) for form, question, field in asked if question.shown_if]
        for form, (label, answer), field in dependent:
            field.visible_if_field = by_label[form, label]
            field.visible_if_value = answer
        Field.objects.bulk_create(field for _form, _condition, field in dependent)

    def _field(self, form: str, question: FieldText, section: Section, position: int) -> Field:
        return Field(
            uid=self.uid("form", form, section.title, question.reference),
            section=section,
            position=position,
            label=question.label,
            reference=question.reference,
            type=question.type,
            is_required=question.is_required,
            options=list(question.options),
            default_value=question.default,
            help_text=question.help_text,
        )

    def _build_templates(self, catalog: Catalog) -> None:
        messages = [("email", name, subject, body + GREETING) for name, (subject, body) in catalog.emails.items()]
        messages += [("sms", name, "", body) for name, body in catalog.sms.items()]
        MessageTemplate.objects.bulk_create(
            MessageTemplate(uid=self.uid("message", name), kind=kind, name=name, subject=subject, body=body)
            for kind, name, subject, body in messages
        )
        Layout.objects.bulk_create(
            Layout(
                uid=self.uid("layout", name),
                kind=kind,
                name=name,
                header=HEADER,
                body=ADDRESS + body,
                footer=FOOTER,
                **options,
            )
            for name, (kind, body, options) in catalog.layouts.items()
        )
        layouts = Known(Layout)
        found = Known(MessageTemplate)
        rates = Known(VatRate)
        Scheme.objects.bulk_create(
            Scheme(
                uid=self.uid("scheme", name),
                kind=kind,
                name=name,
                layout=layouts[layout],
                email_template=found[email],
                reminder_template=found[reminder] if reminder else None,
                vat_rate=rates[rate],
                **options,
            )
            for name, (kind, layout, email, reminder, rate, options) in catalog.schemes.items()
        )

    def _build_workflows(self, texts: list[WorkflowText]) -> None:
        workflows = Workflow.objects.bulk_create(
            Workflow(uid=self.uid("workflow", text.name), name=text.name, description=text.description)
            for text in texts
        )
        _link(Workflow, zip(workflows, texts, strict=True))
        known = {model: Known(model) for _field, model in STEP_REFERENCES.values()}
        Step.objects.bulk_create(
            self._step(workflow, step, position, known)
            for workflow, text in zip(workflows, texts, strict=True)
            for position, step in enumerate(text.steps)
        )

    def _step(self, workflow: Workflow, text: StepText, position: int, known: dict[Any, "Known"]) -> Step:
        step = Step(
            uid=self.uid("workflow", workflow.name, position),
            workflow=workflow,
            position=position,
            type=text.type,
            title=text.title,
            is_required=text.is_required,
        )
        if text.names:
            field, model = STEP_REFERENCES[text.type]
            setattr(step, field, known[model][text.names])
        return step


class Known:
    """The settings of one kind that stand there, by the key that the texts use; looked up once."""

    def __init__(self, model: type[Any]) -> None:
        self.model = model

    def __getitem__(self, key: str) -> Any:
        return self._by_key[key]

    @cached_property
    def _by_key(self) -> dict[str, Any]:
        name = KEYS.get(self.model, "name")
        return {getattr(row, name): row for row in self.model._default_manager.filter(is_archived=False)}


def _link(model: type[Any], pairs: Iterable[tuple[Any, Any]]) -> None:
    """Link forms or workflows to the work types that their texts name."""
    work_types = Known(WorkType)
    through = model.work_types.through
    column = f"{model._meta.model_name}_id"
    through.objects.bulk_create(
        through(**{column: item.pk, "worktype_id": work_types[name].pk})
        for item, text in pairs
        for name in text.work_types
    )
