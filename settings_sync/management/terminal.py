"""What the commands of the terminal share: who acts, tables, a moving line, and exit codes."""

import sys
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from django.core.management.base import CommandError
from django.db import ProgrammingError

from accounts.models import User
from settings_sync.exceptions import AdministrationDamaged, SyncError
from settings_sync.models import Plan, SyncRun
from settings_sync.services.plans.plans import count_made
from settings_sync.services.runs.run_overview import RunOverview, show_run
from tenants.exceptions import AdministrationError
from tenants.models import Administration, Membership
from tenants.permissions import NotAllowed
from tenants.rights import ADMINISTRATOR_ROLE
from tenants.schemas import WrongSchema
from tenants.wholeness import note_damage

DOOR = "terminal"
FAILED = 1
BAD_ARGUMENTS = 2
HELD = 3
STOPPED = 130
"""By Ctrl-C, as shells tell it: nothing is known of how the run ends."""
LOOK_AGAIN_SECONDS = 0.3
BAR = 24


def find_main(slug: str) -> Administration:
    """The active main administration with this slug. Raises CommandError."""
    main = Administration.objects.active().mains().filter(slug=slug).first()
    if main is None:
        raise CommandError(f"There is no main administration “{slug}”.", returncode=BAD_ARGUMENTS)
    return main


def find_administration(slug: str) -> Administration:
    """The administration with this slug, whatever its state. Raises CommandError."""
    found = Administration.objects.existing().filter(slug=slug).select_related("parent").first()
    if found is None:
        raise CommandError(f"There is no administration “{slug}”.", returncode=BAD_ARGUMENTS)
    return found


def find_acting_user(main: Administration, email: str) -> User:
    """The user with this e-mail address, or without one the first administrator of the main. Raises CommandError."""
    if email:
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user “{email}”, or the account is closed.", returncode=BAD_ARGUMENTS)
        return user
    members = Membership.objects.filter(administration=main, user__is_active=True)
    first = members.filter(role__name=ADMINISTRATOR_ROLE).select_related("user").order_by("pk").first()
    if first is None:
        raise CommandError(
            f"{main.name} has no {ADMINISTRATOR_ROLE}; say who acts with --as.", returncode=BAD_ARGUMENTS
        )
    return first.user


def find_run(run_id: str) -> SyncRun:
    """A run by its id. Raises CommandError."""
    try:
        run = (
            SyncRun.objects.select_related("plan", "administration", "requested_by")
            .filter(pk=uuid.UUID(run_id))
            .first()
        )
    except ValueError:
        run = None
    if run is None:
        raise CommandError(f"There is no run “{run_id}”.", returncode=BAD_ARGUMENTS)
    return run


@contextmanager
def refusals_as_exit_codes(entered: Administration | None = None) -> Iterator[None]:
    """Turn a refusal into its sentence and exit code 2; also that `entered`, which is read inside, is not whole."""
    try:
        yield
    except (ProgrammingError, WrongSchema):
        for row, damage in note_damage([entered] if entered else []).items():
            refused = AdministrationDamaged(name=row.name, damage=damage)
            raise CommandError(refused.detail, returncode=BAD_ARGUMENTS) from None
        raise
    except (SyncError, AdministrationError) as refused:
        raise CommandError(refused.detail, returncode=BAD_ARGUMENTS) from None
    except NotAllowed as refused:
        raise CommandError(f"{NotAllowed.__doc__} ({refused.right})", returncode=BAD_ARGUMENTS) from None


def listed(text: str) -> list[str]:
    """The parts of a list with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns as wide as they must be; numbers to the right. What would steer the terminal is not passed on."""
    cells = [["".join(c if c.isprintable() else " " for c in str(cell)) for cell in row] for row in rows]
    widths = [max(len(line[column]) for line in [list(head), *cells]) for column in range(len(head))]
    return "\n".join(_line(line, widths) for line in [list(head), *cells])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = [
        cell.rjust(width) if cell.isdigit() else cell.ljust(width) for cell, width in zip(cells, widths, strict=True)
    ]
    return "  ".join(shown).rstrip()


class MovingLine:
    """One line that is written over on a terminal, and left out elsewhere."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream or sys.stderr
        self.is_shown = self.stream.isatty()

    def show(self, text: str) -> None:
        """Replace the line."""
        if self.is_shown:
            self.stream.write(f"\r\x1b[2K{text[:120]}")
            self.stream.flush()

    def end(self) -> None:
        """Remove the line."""
        self.show("")
        if self.is_shown:
            self.stream.write("\r")


def follow_plan(plan: Plan) -> None:
    """Wait until a plan that a worker makes is made, with a progress bar. Raises CommandError when it has failed."""
    line = MovingLine()
    total = plan.targets.count()
    try:
        while plan.state == Plan.State.COMPUTING:
            line.show(_bar(count_made(plan), total))
            time.sleep(LOOK_AGAIN_SECONDS)
            plan.refresh_from_db()
    except KeyboardInterrupt:
        raise CommandError(f"Not waiting any longer; plan {plan.pk} goes on.", returncode=STOPPED) from None
    finally:
        line.end()
    if plan.state == Plan.State.FAILED:
        raise CommandError(f"Plan {plan.pk} could not be made: {plan.went_wrong}", returncode=FAILED)


def follow_run(run: SyncRun, acting_user: User, timeout: float) -> RunOverview:
    """Wait until a run is finished, with a progress bar. Raises CommandError when that takes longer than `timeout`."""
    line = MovingLine()
    deadline = time.monotonic() + timeout
    try:
        while True:
            run.refresh_from_db()
            shown = show_run(acting_user=acting_user, run=run)
            line.show(_progress(shown))
            if shown.is_finished or shown.state == SyncRun.State.WAITING:
                return shown
            if timeout and time.monotonic() > deadline:
                raise CommandError(
                    f"Run {run.pk} is not finished after {timeout:.0f} s; it goes on.", returncode=FAILED
                )
            time.sleep(LOOK_AGAIN_SECONDS)
    except KeyboardInterrupt:
        raise CommandError(f"Not waiting any longer; run {run.pk} goes on.", returncode=STOPPED) from None
    finally:
        line.end()


def _progress(run: RunOverview) -> str:
    busy = [
        f"{target.name}: {target.busy.kind_label} {target.busy.done}/{target.busy.total}"
        for target in run.targets
        if target.busy
    ]
    return f"{_bar(run.ended, len(run.targets))}  {' · '.join(busy)}"


def _bar(done: int, total: int) -> str:
    full = BAR * done // max(total, 1)
    return f"[{'#' * full}{'.' * (BAR - full)}] {done}/{total}"
