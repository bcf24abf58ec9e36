"""What must be done in a schema after its tables were made or migrated, by apps that tenants does not know."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Administration

Prepare = Callable[[str], None]


@dataclass(frozen=True)
class Carried:
    """Rows that go with a backup of one administration, and are no table of its schema.

    `read` gives them as lines of JSON, in the transaction that reads the administration. `write` puts them back inside
    the one that restores it; it raises ValueError for a line that cannot be right.
    """

    name: str
    read: "Callable[[Administration], Iterable[str]]"
    write: "Callable[[Administration, Iterable[str]], None]"


@dataclass
class Preparations:
    """`shared` functions run once after the shared schema was migrated, `each` after an administration's schema, and
    `mains` when the schema of a main administration was made.

    `ready` functions run in the transaction that makes a new administration active, with its row; what they write is
    committed with it. `created` functions run after that. `marks` give a text that differs when what `each` does
    differs: a release that changes it counts as a migration. `turns` wait until no sync works in a schema, and keep
    syncs and editors out while a block runs. `holds` wait until no sync works in a schema, and keep syncs out until the
    transaction ends. `carried` is what goes with a backup. `accounts` are the columns, as (table, column), that hold
    the key of somebody's account: it is another one in another installation.
    """

    shared: list[Callable[[], None]] = field(default_factory=list)
    each: list[Prepare] = field(default_factory=list)
    ready: "list[Callable[[Administration], object]]" = field(default_factory=list)
    created: "list[Callable[[Administration], object]]" = field(default_factory=list)
    marks: list[Callable[[], str]] = field(default_factory=list)
    mains: list[Prepare] = field(default_factory=list)
    turns: list[Callable[[str], AbstractContextManager[None]]] = field(default_factory=list)
    holds: list[Prepare] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)
    accounts: list[tuple[str, str]] = field(default_factory=list)

    def prepare_shared(self) -> None:
        for prepare in self.shared:
            prepare()

    def prepare(self, schema_name: str) -> None:
        for prepare in self.each:
            prepare(schema_name)

    def prepare_main(self, schema_name: str) -> None:
        for prepare in self.mains:
            prepare(schema_name)

    def hold(self, schema_name: str) -> None:
        for take in self.holds:
            take(schema_name)

    @contextmanager
    def turn(self, schema_name: str) -> Iterator[None]:
        with ExitStack() as stack:
            for take in self.turns:
                stack.enter_context(take(schema_name))
            yield


preparations = Preparations()
