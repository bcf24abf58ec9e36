"""The settings that the benchmarks sync, and the administrations that have them."""

import random
import uuid
from dataclasses import dataclass

from accounts.models import User
from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from templates_catalog.models import Layout
from tenants.administration_schema import create_schema
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE, rights_of_built_in
from tenants.schemas import inside
from workflows.models import Step, Workflow
from workflows.step_types import StepType


@dataclass(frozen=True)
class Size:
    """How many there are of each."""

    forms: int
    sections: int
    fields: int
    workflows: int
    steps: int
    templates: int
    template_bytes: int
    work_types: int


LARGE = Size(200, 8, 12, 60, 15, 150, 20_000, 100)
"""What the issue asks for: 22,210 rows."""
USUAL = Size(40, 3, 8, 15, 8, 30, 4_000, 40)
"""About what a real administration has: 1,325 rows."""
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


def make_owner(main: Administration) -> User:
    """Somebody who may do everything in an administration and in its sub-administrations."""
    owner = User.objects.create_user(f"{uuid.uuid4().hex[:10]}@example.com", None, name="Bench")
    rights = {"rights": rights_of_built_in(ADMINISTRATOR_ROLE)}
    role, _made = Role.objects.get_or_create(administration=None, name=ADMINISTRATOR_ROLE, defaults=rights)
    Membership.objects.bulk_create(
        Membership(user=owner, administration=found, role=role) for found in (main, *main.children.all())
    )
    return owner


def fill(main: Administration, size: Size = LARGE) -> None:
    """Give an administration settings; the same ones every time."""
    with inside(main):
        work_types = WorkType.objects.bulk_create(WorkType(name=f"Werktype {n:03}") for n in range(size.work_types))
        _fill_forms(size)
        _fill_workflows(size, work_types)
        chance = random.Random(1)
        Layout.objects.bulk_create(
            Layout(name=f"Sjabloon {n:03}", kind="invoice", body=_text(chance, size.template_bytes))
            for n in range(size.templates)
        )


def _fill_forms(size: Size) -> None:
    forms = Form.objects.bulk_create(Form(name=f"Formulier {n:03}", description="Standaard") for n in range(size.forms))
    sections = Section.objects.bulk_create(
        Section(form=form, title=f"Sectie {n}", position=n) for form in forms for n in range(1, size.sections + 1)
    )
    Field.objects.bulk_create(
        (
            Field(section=section, label=f"Veld {n}", type="text", position=n, reference=f"{section.position}_{n}")
            for section in sections
            for n in range(1, size.fields + 1)
        ),
        batch_size=5000,
    )


def _fill_workflows(size: Size, work_types: list[WorkType]) -> None:
    workflows = Workflow.objects.bulk_create(Workflow(name=f"Workflow {n:02}") for n in range(size.workflows))
    Step.objects.bulk_create(
        Step(workflow=workflow, type=StepType.COMMENT, title=f"Stap {n}", position=n)
        for workflow in workflows
        for n in range(1, size.steps + 1)
    )
    through = Workflow.work_types.through
    through.objects.bulk_create(
        through(workflow=workflow, worktype=work_type)
        for workflow, work_type in zip(workflows, work_types, strict=False)
    )


def change_one_form(main: Administration, seed: int) -> None:
    """Edit one field of one form."""
    with inside(main):
        form = random.Random(seed).choice(list(Form.objects.order_by("id")))
        first = Field.objects.filter(section__form=form).order_by("id").values("pk")[:1]
        Field.objects.filter(pk__in=first).update(help_text=f"gewijzigd {seed}")


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


def _text(chance: random.Random, wanted: int) -> str:
    words: list[str] = []
    size = 0
    while size < wanted:
        words.append(chance.choice(WORDS) + str(chance.randrange(1000)))
        size += len(words[-1]) + 1
    return " ".join(words)[:wanted]
