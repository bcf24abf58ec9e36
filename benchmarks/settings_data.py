"""The settings that the benchmarks sync: 200 forms × 8 sections × 12 fields, 60 workflows × 15 steps, 150 templates of
20 kB and 100 work types."""

import random
import uuid

from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from templates_catalog.models import Layout
from tenants.models import Administration
from tenants.provisioning import create_schema
from tenants.schemas import inside
from workflows.models import Step, Workflow
from workflows.step_types import StepType

FORMS, SECTIONS, FIELDS = 200, 8, 12
WORKFLOWS, STEPS = 60, 15
TEMPLATES, TEMPLATE_BYTES = 150, 20_000
WORK_TYPES = 100
WORDS = [
    "ketel",
    "druk",
    "meting",
    "filter",
    "leiding",
    "klep",
    "sensor",
    "storing",
    "onderhoud",
    "controle",
    "vermogen",
    "rookgas",
]


def make_administration(name: str, parent: Administration | None = None) -> Administration:
    """An active, empty administration."""
    made = Administration.objects.create(name=name, slug=f"bench-{uuid.uuid4().hex[:10]}", parent=parent)
    create_schema(made)
    made.state = Administration.State.ACTIVE
    made.save(update_fields=["state"])
    return made


def fill(main: Administration) -> None:
    """Give an administration the settings named above; the same ones every time."""
    chance = random.Random(1)
    with inside(main):
        work_types = WorkType.objects.bulk_create(WorkType(name=f"Werktype {n:03}") for n in range(WORK_TYPES))
        forms = Form.objects.bulk_create(Form(name=f"Formulier {n:03}", description="Standaard") for n in range(FORMS))
        sections = Section.objects.bulk_create(
            Section(form=form, title=f"Sectie {n}", position=n) for form in forms for n in range(1, SECTIONS + 1)
        )
        Field.objects.bulk_create(
            (
                Field(section=section, label=f"Veld {n}", type="text", position=n, reference=f"{section.position}_{n}")
                for section in sections
                for n in range(1, FIELDS + 1)
            ),
            batch_size=5000,
        )
        workflows = Workflow.objects.bulk_create(Workflow(name=f"Workflow {n:02}") for n in range(WORKFLOWS))
        Step.objects.bulk_create(
            Step(workflow=workflow, type=StepType.COMMENT, title=f"Stap {n}", position=n)
            for workflow in workflows
            for n in range(1, STEPS + 1)
        )
        Workflow.work_types.through.objects.bulk_create(
            Workflow.work_types.through(workflow=workflow, worktype=work_types[n])
            for n, workflow in enumerate(workflows)
        )
        Layout.objects.bulk_create(
            Layout(name=f"Sjabloon {n:03}", kind="invoice", body=_text(chance)) for n in range(TEMPLATES)
        )


def change_one_percent(main: Administration, seed: int) -> int:
    """Edit 1 % of the fields, workflows' steps and templates, at random; returns how many rows."""
    chance = random.Random(seed)
    with inside(main):
        changed = 0
        for model, field, share in ((Field, "help_text", 192), (Step, "title", 9), (Layout, "footer", 2)):
            keys = list(model.objects.order_by("id").values_list("pk", flat=True))
            for pk in chance.sample(keys, share):
                changed += model.objects.filter(pk=pk).update(**{field: f"gewijzigd {seed}"})
    return changed


def change_one_percent_of_items(main: Administration, seed: int) -> int:
    """Edit one field in 1 % of the forms and one step in 1 % of the workflows, and 1 % of the templates."""
    chance = random.Random(seed)
    with inside(main):
        changed = 0
        for form in chance.sample(list(Form.objects.order_by("id")), 2):
            first = Field.objects.filter(section__form=form).order_by("id").values("pk")[:1]
            changed += Field.objects.filter(pk__in=first).update(help_text=f"gewijzigd {seed}")
        for layout in chance.sample(list(Layout.objects.order_by("id")), 2):
            changed += Layout.objects.filter(pk=layout.pk).update(footer=f"gewijzigd {seed}")
    return changed


def _text(chance: random.Random) -> str:
    words = []
    size = 0
    while size < TEMPLATE_BYTES:
        words.append(chance.choice(WORDS) + str(chance.randrange(1000)))
        size += len(words[-1]) + 1
    return " ".join(words)[:TEMPLATE_BYTES]
