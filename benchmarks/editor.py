"""`./dev bench editor`: a form of 450 questions in its editor: the page, a move, and the preview of its sync."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from accounts.models import User
from forms_catalog.models import Field, Form, Section
from settings_sync.services.plans.plans import create_plan
from tenants.migrating import migrate_everything
from tenants.models import Administration
from tenants.schemas import inside

from . import ways
from .measuring import Medians, Times
from .settings_data import USUAL, fill, make_administration, make_owner

SECTIONS = 15
QUESTIONS = 450
AT_MOST = {"edit page": 1.0, "move": 0.15, "preview of its sync": 0.3}
"""In seconds, what was promised of each."""


def run(rounds: int = 5) -> Medians:
    """Measure, print the figures beside what is promised, and return them. Raises SystemExit when one is not kept."""
    migrate_everything()
    main = make_administration("Bench hoofd")
    fill(main, USUAL)
    form = _large_form(main)
    child = make_administration("Bench sub", main)
    ways.eenlijn(main, child)
    owner = make_owner(main)
    client = Client(SERVER_NAME="localhost")
    client.force_login(owner)
    times = Times()
    for scenario, ask in (("edit page", _pages(client, main, form)), ("move", _moves(client, main, form))):
        _measure(times, scenario, ask, rounds)
    _measure(times, "preview of its sync", _previews(client, main, owner, child, form), rounds)
    medians = times.medians()
    print(f"\nA form of {QUESTIONS} questions in {SECTIONS} sections; medians of {rounds} rounds.")
    print("Work is what this process takes by itself, without waiting for the database or for other programs.\n")
    for scenario, most in AT_MOST.items():
        taken, work = (medians[scenario][way] * 1000 for way in ("seconds", "work"))
        print(f"{scenario:24}{taken:8.0f} ms   work: {work:5.0f} ms   promised: {most * 1000:.0f} ms")
    if any(medians[scenario]["seconds"] > most for scenario, most in AT_MOST.items()):
        raise SystemExit(1)
    return medians


def _large_form(main: Administration) -> Form:
    """Questions of a few kinds, of which some wait for an answer, as forms of that size have them."""
    with inside(main):
        form = Form.objects.create(name="Inspectie")
        sections = Section.objects.bulk_create(
            Section(form=form, title=f"Ruimte {number}", position=number) for number in range(SECTIONS)
        )
        each = QUESTIONS // SECTIONS
        Field.objects.bulk_create(
            Field(section=section, position=number, reference=f"r{section.position}_{number}", **_question(number))
            for section in sections
            for number in range(each)
        )
        for section in sections:
            Field.objects.filter(section=section, position__in=(1, 2)).update(
                visible_when=f"${{r{section.position}_0}} = 'goed'"
            )
    return form


def _question(number: int) -> dict[str, object]:
    kinds: list[dict[str, object]] = [
        {"type": "radio", "options": ["goed", "matig", "slecht"]},
        {"type": "number", "unit": "bar"},
        {"type": "text"},
        {"type": "photo"},
    ]
    return {"label": f"Vraag {number}", **kinds[number % len(kinds)]}


def _pages(client: Client, main: Administration, form: Form) -> Iterator[Callable[[], HttpResponseBase]]:
    address = reverse("forms_catalog:edit", args=[main.slug, form.uid])
    while True:
        yield partial(client.get, address)


def _moves(client: Client, main: Administration, form: Form) -> Iterator[Callable[[], HttpResponseBase]]:
    """The last question of the form to its top, each time."""
    while True:
        with inside(main):
            first = form.sections.order_by("position")[0]
            last = Field.objects.filter(section__form=form).order_by("section__position", "position").last()
            assert last is not None
            address = reverse("forms_catalog:move_part", args=[main.slug, "fields", last.uid])
        where = {"section": str(first.uid), "after": ""}
        yield partial(client.post, address, where, headers={"HX-Request": "true"})


def _measure(times: Times, scenario: str, asked: Iterator[Callable[[], HttpResponseBase]], rounds: int) -> None:
    """Asked once more than it is measured: the first fills the caches of the process."""
    next(asked)()
    for _round in range(rounds):
        ask = next(asked)
        started = time.perf_counter()
        worked = time.process_time()
        answer = ask()
        times.add(scenario, "seconds", time.perf_counter() - started)
        times.add(scenario, "work", time.process_time() - worked)
        assert answer.status_code == 200, f"{scenario}: {answer.status_code}"


def _previews(
    client: Client, main: Administration, owner: User, child: Administration, form: Form
) -> Iterator[Callable[[], HttpResponseBase]]:
    """One question changed, each time another one: the plan is made and its page is shown."""

    def preview() -> HttpResponseBase:
        plan = create_plan(acting_user=owner, main=main, targets=[child.slug], items=[form.uid])
        return client.get(reverse("sync:plan", args=[main.slug, plan.pk]))

    for number in count():
        with inside(main):
            changed = Field.objects.filter(section__form=form, reference=f"r{number % SECTIONS}_3")
            changed.update(help_text=f"gewijzigd {number}")
        yield preview
