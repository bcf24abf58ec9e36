"""`./dev bench undo`: what keeping the documents that a sync replaces, so that it can be taken back, costs."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest import mock

from forms_catalog.models import Form
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.applying import books
from settings_sync.engine.applying.targets import apply_target
from settings_sync.engine.applying.work import Work
from settings_sync.models import FormerDocument, SyncRun, SyncTarget
from settings_sync.services.plans.orders import work_of
from settings_sync.services.plans.plans import create_plan
from templates_catalog.models import Layout
from tenants.migrating import migrate_everything
from tenants.models import Administration
from tenants.schemas import inside

from . import ways
from .measuring import Medians, Times
from .settings_data import change_one_percent, change_one_percent_of_items, fill, make_administration, make_owner

AT_MOST = 1.5
"""Applying may take so many times as long as it would if nothing were kept."""
CHILDREN = 2


def run(rounds: int = 5) -> Medians:
    """Measure, print a table, and return the medians in seconds. Raises SystemExit when keeping costs too much."""
    migrate_everything()
    main = make_administration("Bench hoofd")
    fill(main)
    for number in range(CHILDREN):
        ways.eenlijn(main, make_administration(f"Bench sub {number}", main))
    owner = make_owner(main)
    times = Times()
    for number in range(rounds):
        for scenario, change in CHANGES.items():
            change(main, seed=number)
            _measure(times, scenario, main, owner, first_keeps=number % 2 == 0)
    print(f"\nSeconds of applying one administration of 22,210 rows; medians of {rounds} rounds.")
    print("without: nothing is kept, as if no run could be taken back. with: as the product does it.\n")
    times.show(("without", "with"), "without")
    medians = times.medians()
    worst = max(found["with"] / found["without"] for found in medians.values())
    print(f"\nAt most {AT_MOST}× is promised; the worst is {worst:.2f}×.")
    if worst > AT_MOST:
        raise SystemExit(1)
    return medians


def _change_everything(main: Administration, seed: int) -> None:
    """Edit every form and every template."""
    with inside(main):
        Form.objects.update(description=f"gewijzigd {seed}")
        Layout.objects.update(footer=f"gewijzigd {seed}")


CHANGES: dict[str, Any] = {
    "one_percent": change_one_percent,
    "one_percent_of_items": lambda main, seed: change_one_percent_of_items(main, seed=1000 + seed),
    "every_form_and_template": _change_everything,
}


def _measure(times: Times, scenario: str, main: Administration, owner: Any, *, first_keeps: bool) -> None:
    """The same change in two administrations, one right after the other; every other round the other way round."""
    categories = [category.key for category in all_kinds().categories]
    slugs = list(main.children.order_by("slug").values_list("slug", flat=True))
    plan = create_plan(acting_user=owner, main=main, targets=slugs, categories=categories)
    run = SyncRun.objects.create(plan=plan, administration=main)
    for found, keeps in zip(plan.targets.select_related("administration"), (first_keeps, not first_keeps), strict=True):
        token = uuid.uuid4()
        target = SyncTarget.objects.create(
            run=run, administration=found.administration, plan_target=found, state="running", lease_token=token
        )
        _apply(times, scenario, work_of(target, token), keeps)
        assert FormerDocument.objects.filter(target=target).exists() == keeps


def _apply(times: Times, scenario: str, work: Work, keeps: bool) -> None:
    if keeps:
        times.take(scenario, "with", partial(apply_target, work))
        return
    with _nothing_kept():
        times.take(scenario, "without", partial(apply_target, work))


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """Apply as a rehearsal does: what moved is found, what is replaced is not kept."""
    real = books.keep_former_and_find_stale

    def find_stale(kind: Any, schema: str, _target_id: object, changes: Any) -> str:
        return real(kind, schema, None, changes)

    with (
        mock.patch.object(books, "keep_former_and_find_stale", find_stale),
        mock.patch.object(books, "keep_former", return_value="SELECT"),
    ):
        yield
