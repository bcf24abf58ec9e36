"""`./dev bench takeover`: an acquired administration of 300 settings, most named differently, in one sitting."""

from accounts.models import User
from forms_catalog.models import Field, Form, Section
from reference_data.models import ErrorCode, WorkType
from settings_sync.models import Plan, PlanTarget
from settings_sync.services.takeover.own_settings import decide_own, proposed_choices, read_proposal
from settings_sync.services.takeover.takeover import read_takeover, start_takeover
from tenants.migrating import migrate_everything
from tenants.models import Administration
from tenants.schemas import inside

from .measuring import Medians, Times
from .settings_data import WORDS, make_administration, make_owner

FIELDS = 12


def run(rounds: int = 3, settings: int = 300) -> Medians:
    """Measure, print the table, and return the medians in seconds per step."""
    migrate_everything()
    times = Times()
    main = make_administration("Bench hoofd")
    child = make_administration("Bench overname", main)
    _fill(main, settings // 3, is_main=True)
    _fill(child, settings // 3, is_main=False)
    owner = make_owner(main)
    for _round in range(rounds):
        _measure(times, main, child, owner)
    print(f"\nA takeover of {settings} settings, two thirds named differently; medians.\n")
    times.show(("eenlijn",), "eenlijn")
    return times.medians()


def _measure(times: Times, main: Administration, child: Administration, owner: User) -> None:
    """Begin, propose for everything at once, and decide all of it, which makes the plan anew and rehearses it."""
    begun: list[Plan] = []
    times.take("begin", "eenlijn", lambda: begun.append(start_takeover(acting_user=owner, main=main, slug=child.slug)))
    target = PlanTarget.objects.select_related("plan", "administration").get(plan=begun[0])
    times.take("read", "eenlijn", lambda: read_takeover(target))
    takeover = read_takeover(target)
    times.take("propose", "eenlijn", lambda: read_proposal(takeover))
    proposal = read_proposal(takeover)
    choices = proposed_choices(proposal.rows)
    assert len(choices) == takeover.counts.total
    version = takeover.plan.version
    times.take(
        "decide_and_plan",
        "eenlijn",
        lambda: decide_own(acting_user=owner, proposal=proposal, version=version, choices=choices),
    )
    target.refresh_from_db()
    assert target.rehearsal["state"] == "passed"


def _fill(administration: Administration, number: int, *, is_main: bool) -> None:
    """Forms that are told apart by their fields, work types by their names, codes that are equal."""
    with inside(administration):
        name = "Formulier {}" if is_main else "Blad {} van vroeger"
        forms = Form.objects.bulk_create(Form(name=name.format(n)) for n in range(number))
        sections = Section.objects.bulk_create(Section(form=form, title="Meten", position=1) for form in forms)
        Field.objects.bulk_create(
            Field(section=section, label=f"{word} {n}", type="text", position=place, reference=f"f{place}")
            for n, section in enumerate(sections)
            for place, word in enumerate(WORDS[:FIELDS], start=1)
        )
        kind = "Montage soort {:03} zonnepaneel" if is_main else "Zonnepaneel monteren soort {:03}"
        WorkType.objects.bulk_create(WorkType(name=kind.format(n)) for n in range(number))
        ErrorCode.objects.bulk_create(ErrorCode(code=f"E{n}", name=f"Storing {n}") for n in range(number))
