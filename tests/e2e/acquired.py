"""An acquired administration of 300 settings, of which 70 % are named otherwise than in its main administration.

Run as `python manage.py shell -c "from tests.e2e.acquired import make; make('de-boer', 'Vos Installatie')"`, beside the
product that runs: 90 are equal in key and name, 160 are named otherwise and recognised by their code or by what they
hold, 20 are the same and nothing tells so but who knows them, and 30 are its own.
"""

from forms_catalog.models import Field, Form, Section
from reference_data.models import ErrorCode, Solution, WorkType
from settings_sync.services.administrations.alignment import fold_alignment
from tenants.administration_schema import create_schema
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE
from tenants.schemas import inside

EQUAL_CODES, EQUAL_TYPES = 60, 30
FORMS, CODES, TYPES = 70, 50, 40
BY_HAND = 20
THEIRS = 30

FIELDS = ("Merk", "Bouwjaar", "CO-gehalte", "Gasdruk", "Waterdruk", "Rookgas", "Filter", "Klep", "Sensor", "Opmerking")
ANOTHER = ("Winterbeurt", "Jaarlijkse controle")
"""What a work type is called on either side where nothing but knowing it tells that they are the same."""


def make(main_slug: str, name: str) -> None:
    """Give a main administration what the acquired one has under other names, and make that one."""
    main = Administration.objects.get(slug=main_slug)
    with inside(main):
        _fill(is_main=True)
    # Begun and failed: a worker that finds one to be made would make its schema anew meanwhile.
    acquired = Administration.objects.create(
        name=name, slug=name.lower().replace(" ", "-"), parent=main, state=Administration.State.FAILED
    )
    create_schema(acquired)
    with inside(acquired):
        _fill(is_main=False)
    acquired.state = Administration.State.ACTIVE
    acquired.save(update_fields=["state"])
    role = Role.objects.get(administration=None, name=ADMINISTRATOR_ROLE)
    for membership in Membership.objects.filter(administration=main, role=role):
        Membership.objects.create(user=membership.user, administration=acquired, role=role)
    # Now, and not in the next round of the reaper: until then no page offers to take it over.
    fold_alignment()


def _fill(*, is_main: bool) -> None:
    """What both have, by the name that it has on this side."""
    ErrorCode.objects.bulk_create(ErrorCode(code=f"F{n:03}", name=f"Storing {n}") for n in range(EQUAL_CODES))
    WorkType.objects.bulk_create(WorkType(name=f"Keuring klasse {n:02}") for n in range(EQUAL_TYPES))
    cause = "Oorzaak {}" if is_main else "Waardoor het kwam, {}"
    Solution.objects.bulk_create(Solution(code=f"Z{n:03}", name=cause.format(n)) for n in range(CODES))
    kind = "Montage paneel {:02}" if is_main else "Paneel {:02} monteren"
    WorkType.objects.bulk_create(WorkType(name=kind.format(n)) for n in range(TYPES))
    WorkType.objects.bulk_create(WorkType(name=f"{ANOTHER[is_main]} {letter}") for letter in letters())
    _make_forms("Onderhoudsrapport {}" if is_main else "Servicebon van vroeger {}", left_out=0 if is_main else 1)
    if not is_main:
        ErrorCode.objects.bulk_create(ErrorCode(code=f"Eigen{n}", name=f"Alleen van Vos: {n}") for n in range(THEIRS))


def letters() -> str:
    """One for each setting that is known by nobody but people."""
    return "ABCDEFGHIJKLMNOPQRST"[:BY_HAND]


def _make_forms(name: str, *, left_out: int) -> None:
    """Forms that are told apart by their fields, of which this side lacks some."""
    forms = Form.objects.bulk_create(Form(name=name.format(n)) for n in range(FORMS))
    sections = Section.objects.bulk_create(Section(form=form, title="Meten", position=1) for form in forms)
    Field.objects.bulk_create(
        Field(section=section, label=f"{label} {n}", type="text", position=place, reference=f"f{place}")
        for n, section in enumerate(sections)
        for place, label in enumerate(FIELDS[left_out:], start=1)
    )
