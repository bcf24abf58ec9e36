"""`./dev bench preview`: telling field by field what a sync will do, for one administration and for hundreds."""

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at, read_documents
from settings_sync.models import Change, Plan
from settings_sync.planning.differences import differences
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.previews.previewing import differences_of
from tenants.migrating import migrate_everything
from tenants.models import Administration

from . import pages, ways
from .measuring import Medians, Times, tell
from .settings_data import USUAL, change_one_form, change_one_percent, fill, make_administration, make_owner

Paths = set[tuple[str, str]]


def run(rounds: int = 3, many: int = 400) -> Medians:
    """Measure, print the tables, and return the medians in seconds per scenario and way."""
    migrate_everything()
    times = Times()
    _measure_one(times, rounds)
    main, owner = _many_children(many)
    _measure_many(times, main, owner, rounds)
    print("\nA preview, field by field; medians, × is the time divided by eenlijn's.")
    print("one_…: 22,210 rows of settings, one administration. …_children: 1,325 rows each, one form changed.\n")
    times.show(("eenlijn", "all_documents"), "eenlijn")
    pages.show(main, owner)
    return times.medians()


def _measure_one(times: Times, rounds: int) -> None:
    main = make_administration("Bench hoofd")
    fill(main)
    child = make_administration("Bench sub", main)
    owner = make_owner(main)
    ways.eenlijn(main, child)
    for number in range(rounds):
        for scenario, change in (("one_form", change_one_form), ("one_percent", change_one_percent)):
            change(main, seed=number)
            _compare(times, scenario, main, owner, [child])
            ways.eenlijn(main, child)


def _many_children(many: int) -> tuple[Administration, User]:
    main = make_administration("Bench groep")
    fill(main, USUAL)
    for number in range(many):
        ways.eenlijn(main, make_administration(f"Bench sub {number:03}", main))
        if (number + 1) % 50 == 0:
            tell(f"{number + 1} of {many} sub-administrations are there")
    return main, make_owner(main)


def _measure_many(times: Times, main: Administration, owner: User, rounds: int) -> None:
    children = list(main.children.order_by("name"))
    for number in range(rounds):
        change_one_form(main, seed=number)
        for count in (len(children) // 4, len(children)):
            _compare(times, f"{count}_children", main, owner, children[:count])


def _compare(times: Times, scenario: str, main: Administration, owner: User, children: list[Administration]) -> None:
    """Both ways, which must tell the same."""
    found: dict[str, Paths] = {}
    for name, way in (("eenlijn", _plan), ("all_documents", _compare_all)):
        times.take(scenario, name, lambda name=name, way=way: found.__setitem__(name, way(main, owner, children)))  # type: ignore[misc]
    assert found["eenlijn"] == found["all_documents"] != set()


def _plan(main: Administration, owner: User, children: list[Administration]) -> Paths:
    """What the product does: a stored plan, and every difference in it."""
    plan = create_plan(
        acting_user=owner,
        main=main,
        targets=[child.slug for child in children],
        categories=[category.key for category in all_kinds().categories],
    )
    changes = list(Change.objects.filter(plan_target__plan=plan).select_related("plan_target"))
    slugs = dict(Plan.objects.filter(pk=plan.pk).values_list("targets__pk", "targets__administration__slug"))
    told = differences_of(changes)
    return {(slugs[change.plan_target_id], row.path) for change in changes for row in told[change.pk]}


def _compare_all(main: Administration, owner: User, children: list[Administration]) -> Paths:
    """Without digests: every document of both sides, field by field."""
    keys = set(look_at(main).entries)
    source = read_documents(main.schema_name, keys)
    found = set()
    for child in children:
        local = read_documents(child.schema_name, keys)
        for key, document in source.items():
            there = local[key].body if key in local else None
            rows = differences(base=None, source=document.body, local=there, result=document.body)
            found |= {(child.slug, row.path) for row in rows}
    return found
