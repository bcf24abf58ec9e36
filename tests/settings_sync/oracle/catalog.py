"""The settings of the oracle's world: of each kind which fields travel, what they start at and what they point at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Together = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class PartKind:
    """The parts of an item: `values` by field with what each starts at, `above` the part that they stand in."""

    name: str
    table: str
    values: Mapping[str, Any]
    key: str = ""
    above: str = ""
    together: Together = ()
    references: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """One kind of setting; `named_by` is the field by which people recognise an item."""

    key: str
    category: str
    values: Mapping[str, Any]
    named_by: str = "name"
    links: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[PartKind, ...] = ()
    together: Together = ()
    references: Mapping[str, str] = field(default_factory=dict)

    def part(self, name: str) -> PartKind:
        return next(part for part in self.parts if part.name == name)


WORK_TYPE, VAT_RATE, PRIORITY = "reference_data.worktype", "reference_data.vatrate", "reference_data.priority"
FORM, WORKFLOW = "forms_catalog.form", "workflows.workflow"
LAYOUT, SCHEME, MESSAGE = "templates_catalog.layout", "templates_catalog.scheme", "templates_catalog.messagetemplate"

SECTION_PART = PartKind("section", "forms_catalog.section", {"title": ""}, key="title")
FIELD_PART = PartKind(
    "field",
    "forms_catalog.field",
    {
        "label": "",
        "reference": "",
        "type": "text",
        "options": (),
        "default_value": "",
        "is_required": False,
        "help_text": "",
        "section": None,
    },
    key="reference",
    above="section",
    together=(("type", "options", "default_value"),),
)
STEP_PART = PartKind(
    "step",
    "workflows.step",
    {"type": "work_details", "title": "", "is_required": False, "form": None, "email_template": None},
    together=(("type", "form", "email_template"),),
    references={"form": FORM, "email_template": MESSAGE},
)

KINDS = {
    kind.key: kind
    for kind in (
        Kind(WORK_TYPE, "reference_data", {"name": "", "description": "", "default_minutes": 60}),
        Kind(VAT_RATE, "reference_data", {"code": "", "name": "", "percentage": "0.00"}, named_by="code"),
        Kind(PRIORITY, "reference_data", {"code": "", "name": ""}, named_by="code"),
        Kind(
            FORM,
            "forms",
            {"name": "", "description": ""},
            links={"work_types": WORK_TYPE},
            parts=(SECTION_PART, FIELD_PART),
        ),
        Kind(
            WORKFLOW,
            "workflows",
            {"name": "", "description": ""},
            links={"work_types": WORK_TYPE},
            parts=(STEP_PART,),
        ),
        Kind(
            MESSAGE,
            "templates",
            {"kind": "email", "name": "", "subject": "Onderwerp", "body": ""},
            together=(("kind", "subject"),),
        ),
        Kind(LAYOUT, "templates", {"kind": "invoice", "name": "", "footer": ""}),
        Kind(
            SCHEME,
            "templates",
            {"kind": "invoice", "name": "", "currency": "EUR", "is_default": False, "layout": None, "vat_rate": None},
            together=(("kind", "layout"),),
            references={"layout": LAYOUT, "vat_rate": VAT_RATE},
        ),
    )
}
CATEGORIES = ("forms", "workflows", "templates", "reference_data")
