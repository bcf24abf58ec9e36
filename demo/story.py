"""What happened in the two companies before you sign in, told through the services that every page uses."""

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.db import connection

from settings_sync.models import SyncRun
from settings_sync.services.administrations.alignment import fold_alignment, fold_children
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import inside

from .backdating import backdate_administrations, backdate_edits, backdate_figure, backdate_run
from .building import Builder
from .companies import (
    DE_BOER,
    VAN_DIJK,
    Branch,
    Company,
    People,
    make_administrator,
    make_branch,
    make_employee,
    make_main,
    make_people,
)
from .content import catalogs, changes
from .daily.filling import fill_administration
from .figures import fill_figures

MADE = timedelta(weeks=14)
SET_UP = timedelta(weeks=12)
CATEGORIES = ("forms", "workflows", "templates", "reference_data")
Administrations = dict[str, Administration]
Filling = list["Future[None]"]


def tell_everything() -> None:
    """Make both companies from nothing. Daily data is written beside the rest of the story: it waits for nobody."""
    people = make_people()
    with ThreadPoolExecutor(max_workers=2) as beside:
        filling = [*_tell_de_boer(people, beside), *_tell_van_dijk(people, beside)]
        for filled in filling:
            filled.result()
    fold_alignment(everything=True)
    for company in (VAN_DIJK, DE_BOER):
        main = Administration.objects.get(slug=company.main.slug)
        backdate_administrations(main, MADE)
        fill_figures(main)


def _tell_van_dijk(people: People, beside: Executor) -> Filling:
    beheerder = people["beheerder"]
    made = _make_administrations(VAN_DIJK, beheerder)
    make_employee(people["planner"], list(made.values()))
    make_administrator(people["noord"], made["van-dijk-noord"])
    main, noord, oost, zuid = (made[f"van-dijk{name}"] for name in ("", "-noord", "-oost", "-zuid"))
    builder = Builder("van-dijk")
    with inside(main):
        builder.build(catalogs.van_dijk().without(changes.LATER))
    first = sync_everything(beheerder, main, [noord, oost, zuid], note="Eerste inrichting van de vestigingen")
    backdate_run(first, SET_UP)
    _note_figure(main, SET_UP)
    _change(zuid, beheerder, changes.change_zuid, timedelta(days=9))
    _change(main, beheerder, changes.change_main, timedelta(days=4))
    with inside(main):
        builder.build(catalogs.van_dijk().only(changes.LATER))
    _note_figure(main, timedelta(days=4))
    second = sync_everything(beheerder, main, [noord, zuid], note="Nieuwe CO-eisen per 1 december")
    backdate_run(second, timedelta(days=1))
    with inside(made["van-dijk-west"]):
        Builder("van-dijk-west").build(catalogs.van_dijk_west())
    employees = [people["planner"], people["planner"], beheerder]
    return _fill(VAN_DIJK, made, beside, employees, {"van-dijk-noord": [people["noord"]]})


def _tell_de_boer(people: People, beside: Executor) -> Filling:
    administrator = people["de_boer"]
    made = _make_administrations(DE_BOER, administrator)
    with inside(made["de-boer"]):
        Builder("de-boer").build(catalogs.de_boer())
    run = sync_everything(administrator, made["de-boer"], [made["de-boer-a"], made["de-boer-b"]], note="Start")
    backdate_run(run, SET_UP + timedelta(days=2))
    return _fill(DE_BOER, made, beside, [administrator])


def _make_administrations(company: Company, administrator: Any) -> Administrations:
    main = make_main(company.main, administrator)
    branches = {branch.slug: make_branch(branch, main, administrator) for branch in company.branches}
    return {company.main.slug: main, **branches}


def sync_everything(
    user: Any, main: Administration, targets: Collection[Administration], *, note: str, items: Collection[Any] = ()
) -> SyncRun:
    """Bring all settings of the main administration to these, or only some, and wait until it is done."""
    chosen: dict[str, Any] = {"items": list(items)} if items else {"categories": CATEGORIES}
    plan = create_plan(acting_user=user, main=main, targets=[target.slug for target in targets], **chosen)
    run = start_run(acting_user=user, plan=plan, version=plan.version, note=note)
    for target in run.targets.all():
        execute_target(target.pk)
    return _finished(run, patience=60 + 5 * len(targets))


def _note_figure(main: Administration, ago: timedelta) -> None:
    """Count how far everything is in line, as it was so long ago: home draws the last weeks."""
    fold_children(main, Administration.objects.filter(parent=main))
    backdate_figure(main, ago)


def _finished(run: SyncRun, patience: float = 60.0) -> SyncRun:
    """The run when it has ended; a worker that was woken may have been quicker than we are."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        run.refresh_from_db()
        if run.state == SyncRun.State.SUCCEEDED:
            return run
        if run.is_finished:
            break
        time.sleep(0.1)
    raise RuntimeError(f"The demo's sync did not succeed: {run.get_state_display()}")


def _change(
    administration: Administration, user: Any, change: Callable[[Any, Administration], None], ago: timedelta
) -> None:
    with inside(administration):
        change(user, administration)
        backdate_edits(ago)


def _fill(
    company: Company,
    made: Administrations,
    beside: Executor,
    employees: list[Any],
    also: Mapping[str, list[Any]] | None = None,
) -> Filling:
    """Write the daily data of every administration; `also` are those who work in one of them alone."""
    return [
        beside.submit(_fill_one, made[branch.slug], branch, [*employees, *(also or {}).get(branch.slug, [])])
        for branch in (company.main, *company.branches)
    ]


def _fill_one(administration: Administration, branch: Branch, employees: list[Any]) -> None:
    """In a thread, with a connection of its own."""
    try:
        with inside(administration):
            fill_administration(
                administration,
                region=branch.region,
                amount=branch.amount,
                employees=[(user.pk, str(user)) for user in employees],
            )
    finally:
        connection.close()
