"""The settings that an administration has now, as far as its daily data points at them."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from business.copies import step_facts
from forms_catalog.answering.questions import questions_of_forms
from forms_catalog.models import Form
from reference_data.models import (
    Entity,
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
from templates_catalog.models import Scheme
from workflows.models import Step, Workflow

STAGE_STATUSES = {
    "planned": ("NIEUW", "INGEPLAND", "10", "20"),
    "ready": ("BEVESTIGD", "ONDERWEG", "20"),
    "picked_up": ("BEZIG", "ONDERDELEN", "30"),
    "complete": ("GEREED", "CONTROLE", "40"),
    "settled": ("FACTUREREN", "50"),
}


@dataclass
class SettingsHere:
    """Local keys, in the order of their codes and names, so that a choice by number is the same each time."""

    work_types: list[int]
    workflows: dict[int, list[int]]
    steps: dict[int, list[dict[str, Any]]]
    questions: dict[int, tuple[str, list[dict[str, Any]]]]
    statuses: dict[str, list[int]]
    payment_methods: list[int]
    priorities: list[int]
    errors: list[int]
    solutions: list[int]
    hour_types: list[tuple[int, Decimal]]
    free_fields: list[FreeField]
    schemes: dict[str, list[int]]
    vat_rates: list[tuple[int, Decimal]]
    default_schemes: dict[str, int]
    _as_json: dict[int, str] = field(default_factory=dict)

    def questions_as_json(self, form: int) -> str:
        """The questions of a form as they are stored with each filled-in form; written out once."""
        if form not in self._as_json:
            self._as_json[form] = json.dumps(self.questions[form][1], ensure_ascii=False)
        return self._as_json[form]

    @property
    def are_enough(self) -> bool:
        """Whether work orders and invoices can be made here at all."""
        return bool(self.work_types and self.vat_rates and self.schemes)


def read_settings() -> SettingsHere:
    """The settings of the administration that the caller is inside of."""
    steps = _steps()
    return SettingsHere(
        work_types=_keys(WorkType, "name"),
        workflows=_workflows(),
        steps=steps,
        questions=_questions(steps),
        statuses=_statuses(),
        payment_methods=_keys(PaymentMethod, "code"),
        priorities=_keys(Priority, "code"),
        errors=_keys(ErrorCode, "code"),
        solutions=_keys(Solution, "code"),
        hour_types=list(HourType.objects.order_by("code").values_list("pk", "price")),
        free_fields=list(FreeField.objects.filter(entity=Entity.WORK_ORDER).order_by("reference_name")),
        schemes=_schemes(),
        vat_rates=list(VatRate.objects.filter(percentage__gt=0).order_by("code").values_list("pk", "percentage")),
        default_schemes=dict(Scheme.objects.filter(is_default=True).values_list("kind", "pk")),
    )


def _keys(model: type[Any], order: str) -> list[int]:
    return list(model.objects.filter(is_archived=False).order_by(order).values_list("pk", flat=True))


def _workflows() -> dict[int, list[int]]:
    found = defaultdict(list)
    links = Workflow.work_types.through.objects.order_by("workflow__name")
    for work_type, workflow in links.values_list("worktype_id", "workflow_id"):
        found[work_type].append(workflow)
    return found


def _steps() -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for step in Step.objects.select_related("email_template").order_by("workflow", "position"):
        steps = found[step.workflow_id]
        steps.append({**step_facts(step, len(steps) + 1), "form_id": step.form_id})
    return found


def _questions(steps: dict[int, list[dict[str, Any]]]) -> dict[int, tuple[str, list[dict[str, Any]]]]:
    prescribed = {step["form_id"] for of_workflow in steps.values() for step in of_workflow}
    forms = Form.objects.in_bulk(prescribed - {None})
    return {key: (forms[key].name, questions) for key, questions in questions_of_forms(forms.values()).items()}


def _statuses() -> dict[str, list[int]]:
    by_code = dict(WorkStatus.objects.values_list("code", "pk"))
    return {stage: [by_code[code] for code in codes if code in by_code] for stage, codes in STAGE_STATUSES.items()}


def _schemes() -> dict[str, list[int]]:
    found = defaultdict(list)
    for kind, key in Scheme.objects.order_by("name").values_list("kind", "pk"):
        found[kind].append(key)
    return found
