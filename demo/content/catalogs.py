"""The settings of each company of the demo, put together from the texts."""

from dataclasses import dataclass, field, replace
from typing import Any

from . import code_lists, template_texts, west
from .forms_cleaning import CLEANING
from .forms_installation import INSTALLATION
from .forms_maintenance import MAINTENANCE
from .forms_security import SECURITY
from .reading import FormText, read_forms
from .shared_sections import SHARED
from .workflow_texts import WORKFLOWS

Rows = list[list[str]]
CODE_LISTS = (
    "WORK_TYPES",
    "WORK_STATUSES",
    "HOUR_TYPES",
    "PAYMENT_METHODS",
    "VAT_RATES",
    "PRIORITIES",
    "ERRORS",
    "SOLUTIONS",
    "FREE_FIELDS",
    "DEVICE_POLICIES",
)


@dataclass(frozen=True)
class StepText:
    type: str
    is_required: bool = False
    title: str = ""
    names: str = ""


@dataclass(frozen=True)
class WorkflowText:
    name: str
    work_types: tuple[str, ...]
    description: str
    steps: list[StepText] = field(default_factory=list)


@dataclass(frozen=True)
class Catalog:
    """Everything that one administration has of its own making."""

    codes: dict[str, Rows]
    forms: list[FormText] = field(default_factory=list)
    workflows: list[WorkflowText] = field(default_factory=list)
    emails: dict[str, tuple[str, str]] = field(default_factory=dict)
    sms: dict[str, str] = field(default_factory=dict)
    layouts: dict[str, tuple[str, str, dict[str, Any]]] = field(default_factory=dict)
    schemes: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def without(self, names: frozenset[str]) -> "Catalog":
        """The same without what bears one of these names or codes."""
        return self._where(lambda name: name not in names)

    def only(self, names: frozenset[str]) -> "Catalog":
        """Nothing but what bears one of these names or codes."""
        return self._where(lambda name: name in names)

    def _where(self, keeps: Any) -> "Catalog":
        texts = {name: getattr(self, name) for name in ("emails", "sms", "layouts", "schemes")}
        return replace(
            self,
            codes={kind: [row for row in rows if keeps(row[0])] for kind, rows in self.codes.items()},
            forms=[form for form in self.forms if keeps(form.name)],
            workflows=[workflow for workflow in self.workflows if keeps(workflow.name)],
            **{kind: {name: text for name, text in named.items() if keeps(name)} for kind, named in texts.items()},
        )


def van_dijk() -> Catalog:
    """A group for maintenance, installation, security and cleaning: 40 forms, 15 workflows, 30 templates."""
    return Catalog(
        codes=_codes(code_lists),
        forms=[form for text in (MAINTENANCE, INSTALLATION, SECURITY, CLEANING) for form in read_forms(text, SHARED)],
        workflows=read_workflows(WORKFLOWS),
        emails=template_texts.EMAILS,
        sms=template_texts.SMS,
        layouts=template_texts.LAYOUTS,
        schemes=template_texts.SCHEMES,
    )


def de_boer() -> Catalog:
    """A company for security alone, with fewer settings."""
    whole = van_dijk()
    forms = read_forms(SECURITY, SHARED)
    named = {form.name for form in forms}
    fits = [
        workflow
        for workflow in whole.workflows
        if all(step.names in named for step in workflow.steps if step.type == "predefined_form")
    ]
    return replace(whole, forms=forms, workflows=fits)


def van_dijk_west() -> Catalog:
    """A branch with a way of working of its own, from before it joined the group."""
    return Catalog(
        codes=_codes(west),
        forms=read_forms(west.FORMS, SHARED),
        workflows=read_workflows(west.WORKFLOWS),
        emails=west.EMAILS,
        layouts=west.LAYOUTS,
        schemes=west.SCHEMES,
    )


def read_workflows(text: str) -> list[WorkflowText]:
    """The workflows that a text describes."""
    found: list[WorkflowText] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        parts = [part.strip() for part in line.strip("- ").split("|")]
        if line.startswith("---"):
            found.append(WorkflowText(parts[0], tuple(part.strip() for part in parts[1].split(",")), parts[2]))
        else:
            found[-1].steps.append(StepText(parts[0].rstrip("!"), parts[0].endswith("!"), *parts[1:]))
    return found


def _codes(module: Any) -> dict[str, Rows]:
    return {name: _rows(getattr(module, name, "")) for name in CODE_LISTS}


def _rows(text: str) -> Rows:
    return [[part.strip() for part in line.split("|")] for line in filter(None, map(str.strip, text.splitlines()))]
