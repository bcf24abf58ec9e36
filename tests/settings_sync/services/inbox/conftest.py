"""A main administration with two subs that follow its forms, and what people change there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from forms_catalog.models import Field, Form
from settings_sync.models import InboxDeviation, InboxEntry
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.inbox.deciding import Asked, Outcome, decide
from settings_sync.services.inbox.rounds import find_deviations
from settings_sync.services.targets.targets import execute_target
from sync_ledger.edits import record_edits
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from tests.settings_sync.views.conftest import form, joined, sync  # noqa: F401

State = InboxDeviation.State


@pytest.fixture
def other(owner: User, main: Administration, joined: Administration) -> Administration:  # noqa: F811
    """A second sub-administration that the owner may sync to."""
    made = make_administration("Zuid", main)
    make_member(made, user=owner)
    return made


@pytest.fixture
def followed(
    owner: User,
    main: Administration,
    joined: Administration,  # noqa: F811
    other: Administration,
    form: Form,  # noqa: F811
) -> Form:
    """A form that both subs have as the main has it."""
    sync(owner, main, joined, other)
    settle()
    return form


@pytest.fixture
def decided(owner: User, main: Administration) -> Callable[..., Outcome]:
    """Decides about the only entry that waits, as its owner does: `decided("put_back")`."""

    def decided(word: str, **more: Any) -> Outcome:
        (entry,) = waiting()
        (outcome,) = decide(acting_user=owner, main=main, decisions=[Asked(entry.pk, word, **more)])
        return outcome

    return decided


def edit(administration: Administration, by: User, **values: Any) -> None:
    """What somebody does in the editor of forms: other values of the form's only field."""
    with inside(administration):
        field = Field.objects.get()
        before = {name: getattr(field, name) for name in values}
        Field.objects.filter(pk=field.pk).update(**values)
        record_edits(
            acting_user=by,
            item=field.section.form,
            before={f"sections/Metingen/{field.label}/{name}": value for name, value in before.items()},
            after={f"sections/Metingen/{field.label}/{name}": value for name, value in values.items()},
        )


def settle() -> None:
    """What the reaper does in the seconds after something was changed or carried out."""
    fold_alignment()
    find_deviations()


def carry_out(outcome: Outcome) -> None:
    """What workers and the reaper do after a decision."""
    assert outcome.decision is not None
    outcome.decision.refresh_from_db()
    if outcome.decision.run is not None:
        for target in outcome.decision.run.targets.all():
            execute_target(target.pk)
    settle()


def waiting() -> list[InboxEntry]:
    """The entries about which somebody has to decide."""
    return list(InboxEntry.objects.filter(deviations__state=State.OPEN).distinct())


def states() -> dict[str, tuple[str, str]]:
    """By administration how the only deviation of each stands, and why it came back."""
    rows = InboxDeviation.objects.select_related("administration")
    return {row.administration.name.removeprefix("Van Dijk "): (row.state, row.came_back) for row in rows}


def label_in(administration: Administration) -> str:
    with inside(administration):
        return str(Field.objects.get().label)


def in_days(number: int) -> Any:
    return timezone.localdate() + timedelta(days=number)
