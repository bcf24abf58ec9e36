"""What the main administration and the branch Zuid changed after the first sync."""

from dataclasses import replace
from typing import Any

from forms_catalog.models import Field, Form
from forms_catalog.services import add_field, update_form, update_part
from reference_data.models import HourType, Priority, Solution, WorkStatus, WorkType
from reference_data.services import update_item
from templates_catalog.models import Layout, MessageTemplate
from templates_catalog.services import update_template
from tenants.models import Administration
from workflows.models import Workflow
from workflows.services import STEP_FIELDS, StepValues, WorkflowValues, update_workflow

# Came to the main administration after the first sync.
LATER = frozenset(
    (
        "Plaatsing laadpaal",
        "Onderhoud zonnepanelen",
        "Incident of bijna-ongeval",
        "Garantie en nazorg",
        "Afspraak gewijzigd",
        "Facturen btw verlegd",
        "Sms niet thuis",
        "NACHT",
        "E24",
        "S24",
    )
)


class Editor:
    """Edits settings by name, as one person in one administration."""

    def __init__(self, user: Any, administration: Administration) -> None:
        self.who = {"acting_user": user, "administration": administration}

    def field(self, form: str, label: str, **values: Any) -> None:
        part = Field.objects.select_related("section__form").get(section__form__name=form, label=label)
        update_part(**self.who, part=part, values=values)

    def new_field(self, form: str, section: str, **values: Any) -> None:
        found = Form.objects.get(name=form).sections.get(title=section)
        add_field(**self.who, section=found, values=values)

    def form(self, name: str, **values: Any) -> None:
        update_form(**self.who, form=Form.objects.get(name=name), values=values)

    def item(self, model: Any, key: str, **values: Any) -> None:
        name = "name" if model is WorkType else "code"
        update_item(**self.who, item=model.objects.get(**{name: key}), values=values)

    def template(self, model: Any, name: str, **values: Any) -> None:
        update_template(**self.who, item=model.objects.get(name=name), values=values)

    def new_step(self, workflow: str, step: StepValues, before: str) -> None:
        found = Workflow.objects.get(name=workflow)
        steps = [
            StepValues(uid=row.uid, **{name: getattr(row, name) for name in STEP_FIELDS}) for row in found.steps.all()
        ]
        place = next(number for number, row in enumerate(steps) if row.type == before)
        values = WorkflowValues(found.name, found.description, list(found.work_types.all()), steps)
        update_workflow(
            **self.who,
            workflow=found,
            values=replace(values, steps=[*steps[:place], step, *steps[place:]]),
        )


def change_main(user: Any, administration: Administration) -> None:
    """Twelve settings change; the first of them clashes with what Zuid did."""
    edit = Editor(user, administration)
    edit.field("Onderhoud cv-ketel", "CO-gehalte", help_text="Eenheid: ppm")
    edit.field("Onderhoud cv-ketel", "Gasvoordruk", help_text="Eenheid: mbar, gemeten bij vollast")
    edit.new_field(
        "Onderhoud cv-ketel",
        "Metingen",
        label="CO-melder getest",
        reference="co_melder_getest",
        type="radio",
        options=["ja", "nee", "niet aanwezig"],
        is_required=True,
    )
    edit.new_field("Legionellabeheer", "Spoelen", label="Spoelplan bijgewerkt", reference="spoelplan", type="text")
    edit.field("Inspectie noodverlichting", "Defecte accu's", help_text="Vervang een accu die ouder is dan vier jaar")
    edit.form("Storing verwarming", description="Diagnose, herstel en rapport aan de klant")
    edit.item(WorkType, "Inspectie", default_minutes=105)
    edit.item(WorkStatus, "ONDERDELEN", name="Wacht op levering van onderdelen")
    edit.item(Priority, "HOOG", name="Hoog, dezelfde dag")
    edit.item(HourType, "REIS", name="Reistijd, per kwartier")
    edit.item(Solution, "S13", name="Tijdelijk hersteld, vervolg nodig")
    _change_texts(edit)
    step = StepValues(type="free_fields", title="Vrije velden van de werkbon")
    edit.new_step("Storing spoed", step, before="material")


def _change_texts(edit: Editor) -> None:
    subject = "Bevestiging: we komen op {{ werkbon.datum }}"
    edit.template(MessageTemplate, "Afspraakbevestiging", subject=subject)
    edit.template(Layout, "Werkbon standaard", show_unit=True)


def change_zuid(user: Any, administration: Administration) -> None:
    """Zuid measures CO in its own unit, and changes four more things that nobody else touches."""
    edit = Editor(user, administration)
    edit.field("Onderhoud cv-ketel", "CO-gehalte", help_text="Eenheid: mg/m³")
    edit.field("Inspectie brandblusmiddelen", "Waterdruk", is_required=True)
    edit.item(WorkType, "Storing", default_minutes=75)
    edit.template(MessageTemplate, "Sms werk gereed", body="Klaar! Vragen? Bel Zuid op {{ bedrijf.telefoon }}.")
    edit.template(Layout, "Offerte beknopt", show_quantity=True)
