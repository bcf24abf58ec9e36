"""Looking at everything that must hold: of the installation, and of each administration."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

from django.db import DatabaseError, OperationalError, transaction

from settings_sync.engine import fence
from tenants.models import Administration
from tenants.template_schema import has_tables

from .faults import Fault
from .grants import faults_of_grants, faults_of_shared_grants, repair_grants, repair_shared_grants
from .index import faults_of_index, repair_index
from .logins import faults_of_logins, faults_of_pg_dump, first_line
from .schemas.counters import faults_of_counters, faults_of_shared_counters, repair_counters, repair_shared_counters
from .schemas.structure import faults_of_shared_structure, faults_of_structure
from .stored import faults_of_documents, faults_of_ledger
from .surroundings import (
    faults_of_clock,
    faults_of_mail,
    faults_of_servers,
    faults_of_static_files,
    faults_of_translations,
)
from .triggers import (
    faults_of_event_triggers,
    faults_of_functions,
    faults_of_triggers,
    repair_functions,
    repair_triggers,
)

OF_THE_INSTALLATION: tuple[Callable[[], Iterator[Fault]], ...] = (
    faults_of_logins,
    faults_of_pg_dump,
    faults_of_servers,
    faults_of_mail,
    faults_of_static_files,
    faults_of_translations,
    faults_of_clock,
    faults_of_shared_structure,
    faults_of_functions,
    faults_of_event_triggers,
    faults_of_shared_grants,
    faults_of_shared_counters,
    faults_of_documents,
)
OF_AN_ADMINISTRATION: tuple[Callable[[Administration], Iterator[Fault]], ...] = (
    faults_of_structure,
    faults_of_triggers,
    faults_of_grants,
    faults_of_counters,
    faults_of_index,
    faults_of_ledger,
)


UNREADABLE = ("database-unfit", "migrations-missing", "version-differs", "structure-missing")
"""With these faults the rest cannot be read, for it is asked of tables and columns that may not be there."""


def examine_installation() -> list[Fault]:
    """Everything that is wrong with what all share. Raises OperationalError when there is no database."""
    return _faults_of("", OF_THE_INSTALLATION)


def examine(administration: Administration) -> list[Fault]:
    """Everything that is wrong with one administration. Raises OperationalError when there is no database."""
    states = Administration.State
    slug = administration.slug
    schema = administration.schema_name
    if administration.state in (states.FAILED, states.DELETING):
        return [Fault("not-made", slug, {"detail": administration.state_detail or administration.state})]
    if administration.state != states.ACTIVE:
        return []
    if not has_tables(schema):
        return [Fault("schema-missing", slug, {"name": schema})]
    return _faults_of(slug, [partial(find, administration) for find in OF_AN_ADMINISTRATION])


def _faults_of(place: str, finds: Iterable[Callable[[], Iterator[Fault]]]) -> list[Fault]:
    faults: list[Fault] = []
    for find in finds:
        try:
            with transaction.atomic():
                faults += find()
        except OperationalError:
            raise
        except DatabaseError as error:
            # Such as a column of another type: it was told already, and what is asked of it cannot be answered.
            return [*faults, Fault("unreadable", place, {"detail": first_line(error)})]
        if any(fault.code in UNREADABLE for fault in faults):
            break
    return faults


def repair_installation(faults: Collection[Fault]) -> None:
    """Make again what can be derived of all that administrations share, and touch nothing else."""
    codes = {fault.code for fault in faults if not fault.place}
    if codes & {"function-differs", "trail-unguarded"}:
        repair_functions()
    if codes & {"right-missing", "right-planted", "owner-lacks"}:
        repair_shared_grants()
    if "counter-behind" in codes:
        repair_shared_counters()


def repair(administration: Administration, faults: Collection[Fault]) -> None:
    """Make again what can be derived of an administration: triggers, rights, counters, index.

    Editors and syncs wait."""
    if not any(fault.can_be_repaired for fault in faults):
        return
    with fence.turn(administration.schema_name):
        repair_triggers(administration)
        repair_grants(administration)
        repair_counters(administration)
        # Last: what was edited while a trigger was off is found now, and from now on nothing escapes.
        repair_index(administration)
