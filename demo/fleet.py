"""A customer with forty administrations in four groups, and what their people changed in one week.

Seeded: every load gives the same administrations the same deviations, sixty of them in twelve sorts. With more
administrations each sort is made in as many more of them.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from reference_data.models import HourType, Priority, Solution, WorkType
from reference_data.services import delete_item
from settings_sync.planning.verdicts import Demand
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.inbox.finding import look_into
from settings_sync.services.inbox.rounds import find_deviations
from settings_sync.services.packages.packages import Asked, Contents, assign_package, create_package
from templates_catalog.models import Layout, MessageTemplate
from tenants.models import Administration
from tenants.schemas import inside
from workflows.services import StepValues

from .backdating import backdate_administrations, backdate_edits, backdate_run
from .building import Builder
from .companies import Account, Branch, Company, make_administrator, make_branch, make_main, make_people
from .content import catalogs
from .content.changes import Editor
from .daily.filling import Amount, fill_administration
from .figures import fill_figures
from .story import MADE, SET_UP, sync_everything

SEED = 17
DAYS = 7
PUBLISHED = timedelta(weeks=3)
SOME = Amount(customers=8, work_orders=14, quotations=4)
PLACES = {
    "Noord": "Groningen Assen Leeuwarden Drachten Emmen Hoogeveen Sneek Heerenveen Stadskanaal Meppel",
    "Oost": "Zwolle Deventer Apeldoorn Enschede Hengelo Almelo Arnhem Nijmegen Doetinchem Ede",
    "Zuid": "Eindhoven Tilburg Breda Den-Bosch Helmond Venlo Roermond Maastricht Heerlen Roosendaal",
    "West": "Rotterdam Den-Haag Leiden Delft Gouda Haarlem Alkmaar Zaandam Hoorn Almere",
}
USUAL = 40
MOST = 1000


def fleet_of(number: int) -> Company:
    """The customer with this many administrations: one in each place, and then a second one, and so on."""
    groups = [(group, place) for group, places in PLACES.items() for place in places.split()]
    branches = []
    for place_number in range(number):
        group, place = groups[place_number % len(groups)]
        again = place_number // len(groups) + 1
        end = f" {again}" if again > 1 else ""
        slug = f"de-lange-{place.lower()}{end.replace(' ', '-')}"
        branches.append(Branch(slug, f"De Lange {place.replace('-', ' ')}{end}", group.lower(), SOME))
    return Company(Branch("de-lange", "De Lange Installaties", "midden", SOME), tuple(branches))


FLEET = fleet_of(MOST)
"""As many as there can be, of which a load makes the first."""
FLEET_ACCOUNTS = {
    "de_lange": Account("beheerder@de-lange.example", "Beheerder De Lange", "everything in De Lange"),
    "Noord": Account("noord@de-lange.example", "Beheerder Noord", "settings of De Lange in the north"),
    "Oost": Account("oost@de-lange.example", "Beheerder Oost", "settings of De Lange in the east"),
    "Zuid": Account("zuid@de-lange.example", "Beheerder Zuid", "settings of De Lange in the south"),
    "West": Account("west@de-lange.example", "Beheerder West", "settings of De Lange in the west"),
}

Change = Callable[[Editor], None]


@dataclass(frozen=True)
class Sort:
    """What several administrations did alike; sorts about one setting are made in different administrations."""

    setting: str
    number: int
    change: Change


def make_fleet(tell: Callable[[str], object], number: int = USUAL) -> None:
    """Make the customer, bring its settings to all, and let their people change sixty of them, or as many times more as
    there are more administrations than forty."""
    people = make_people(FLEET_ACCOUNTS)
    owner = people["de_lange"]
    main = make_main(FLEET.main, owner)
    Administration.objects.filter(pk=main.pk).update(licence_cap=number + 10)
    with inside(main):
        Builder("de-lange").build(catalogs.van_dijk())
    subs = _make_branches(main, people, tell, FLEET.branches[:number])
    tell(f"{len(subs)} administrations get the settings")
    run = sync_everything(owner, main, subs, note="Eerste inrichting van de vestigingen")
    backdate_run(run, SET_UP)
    backdate_administrations(main, MADE)
    _make_packages(owner, main)
    _publish(owner, main, subs)
    deviations = _make_deviations(subs, people, tell)
    # Daily data at the end: what a sort removes is used by nothing before.
    _fill(subs[:USUAL], people)
    fold_alignment()
    find_deviations()
    # A reaper that runs beside may have found them before there was any work that uses what was changed.
    for _found in look_into(main, subs):
        pass
    fill_figures(main)
    tell(f"{deviations} deviations, found")


def _make_packages(owner: Any, main: Administration) -> None:
    """Everything, and the forms apart: all groups are to have both, which changes nothing of what is in line."""
    chosen = {"Basis": Contents(excepted=[]), "Formulieren": Contents(categories=["forms"])}
    for name, contents in chosen.items():
        package = create_package(acting_user=owner, main=main, name=name, contents=contents)
        asked = [Asked(Demand.REQUIRED, group=group) for group in PLACES]
        assign_package(acting_user=owner, package=package, assignments=asked)


def _publish(owner: Any, main: Administration, subs: list[Administration]) -> None:
    """Something that was published three weeks ago and came to half of the groups the next day, and to the others
    within the week."""
    with inside(main):
        Editor(owner, main).item(WorkType, "Opname", default_minutes=50)
        backdate_edits(PUBLISHED)
        item = WorkType.objects.get(name="Opname").uid
    for groups, after in ((("Noord", "Oost"), timedelta(hours=20)), (("Zuid", "West"), timedelta(days=5))):
        targets = [sub for sub in subs if sub.groups[0] in groups]
        run = sync_everything(owner, main, targets, note="Opname duurt langer", items=[item])
        backdate_run(run, PUBLISHED - after)


def _make_branches(
    main: Administration, people: Mapping[str, Any], tell: Callable[[str], object], branches: Sequence[Branch]
) -> list[Administration]:
    made: list[Administration] = []
    for branch in branches:
        group = branch.region.capitalize()
        sub = make_branch(branch, main, people["de_lange"])
        sub.groups = [group]
        sub.save(update_fields=["groups"])
        make_administrator(people[group], sub)
        made.append(sub)
        if len(made) % 10 == 0:
            tell(f"{len(made)} of {len(branches)} administrations")
    return made


def _make_deviations(subs: list[Administration], people: Mapping[str, Any], tell: Callable[[str], object]) -> int:
    chance = random.Random(SEED)  # nosec B311 # which branch did what, the same each time
    free: dict[str, list[Administration]] = {}
    made = 0
    for sort in SORTS:
        left = free.setdefault(sort.setting, chance.sample(subs, len(subs)))
        for _count in range(sort.number * len(subs) // USUAL):
            sub = left.pop()
            with inside(sub):
                sort.change(Editor(people[sub.groups[0]], sub))
                backdate_edits(timedelta(hours=chance.randrange(1, DAYS * 24)))
            made += 1
        tell(f"{made} deviations")
    return made


def _fill(subs: list[Administration], people: Mapping[str, Any]) -> None:
    for sub, branch in zip(subs, FLEET.branches, strict=False):
        who = people[sub.groups[0]]
        with inside(sub):
            fill_administration(sub, region=branch.region, amount=branch.amount, employees=[(who.pk, str(who))])


def _photo(edit: Editor) -> None:
    edit.new_field(
        "Onderhoud warmtepomp",
        "Buitendeel",
        label="Foto van het typeplaatje",
        reference="foto_typeplaatje",
        type="text",
    )


def _no_solution(edit: Editor) -> None:
    delete_item(**edit.who, item=Solution.objects.get(code="S13"))


def _sign_before_leaving(edit: Editor) -> None:
    step = StepValues(type="comment", title="Klant gebeld voor vertrek")
    edit.new_step("Storing spoed", step, before="material")


SORTS = (
    Sort("CO", 11, lambda edit: edit.field("Onderhoud cv-ketel", "CO-gehalte", help_text="Eenheid: ppm, bij vollast")),
    Sort("CO", 4, lambda edit: edit.field("Onderhoud cv-ketel", "CO-gehalte", help_text="Eenheid: mg/m³")),
    Sort(
        "afspraak",
        8,
        lambda edit: edit.template(
            MessageTemplate, "Afspraakbevestiging", subject="We komen op {{ werkbon.datum }} om {{ werkbon.tijd }}"
        ),
    ),
    Sort("storing", 7, lambda edit: edit.item(WorkType, "Storing", default_minutes=75)),
    Sort(
        "sms",
        6,
        lambda edit: edit.template(MessageTemplate, "Sms werk gereed", body="Klaar! Vragen? {{ bedrijf.telefoon }}"),
    ),
    Sort("foto", 5, _photo),
    Sort("hoog", 5, lambda edit: edit.item(Priority, "HOOG", name="Hoog, binnen vier uur")),
    Sort("spoed", 4, _sign_before_leaving),
    Sort("brand", 3, lambda edit: edit.field("Inspectie brandblusmiddelen", "Waterdruk", is_required=True)),
    Sort("offerte", 3, lambda edit: edit.template(Layout, "Offerte beknopt", show_quantity=True)),
    Sort("reis", 2, lambda edit: edit.item(HourType, "REIS", name="Reistijd, per kwartier")),
    Sort("oplossing", 2, _no_solution),
)
