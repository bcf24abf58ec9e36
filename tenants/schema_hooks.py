"""What apps that tenants does not know do with the schemas of administrations: each registers one set of hooks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Administration


@dataclass(frozen=True)
class Carried:
    """Rows that go with a backup of one administration, and are no table of its schema.

    `read` gives them as lines of JSON, in the transaction that reads the administration. `write` puts them back inside
    the one that restores it; it raises ValueError for a line that cannot be right.
    """

    name: str
    read: "Callable[[Administration], Iterable[str]]"
    write: "Callable[[Administration, Iterable[str]], None]"


class SchemaHooks:
    """The hooks of one app, to be inherited from; what an app has no need of does nothing."""

    def prepare_shared(self) -> None:
        """Called once after the shared schema was migrated."""

    def prepare(self, schema_name: str) -> None:
        """Called after an administration's schema was made, migrated or put back."""

    def mark(self) -> str:
        """A text that differs when what `prepare` does differs: a release that changes it counts as a migration."""
        return ""

    def prepare_main(self, schema_name: str) -> None:
        """Called when the schema of a main administration was made."""

    def make_ready(self, administration: "Administration") -> None:
        """Called in the transaction that makes a new administration active; what is written is committed with it."""

    def welcome(self, administration: "Administration") -> None:
        """Called after that transaction, when everybody can see the new administration."""

    def turn(self, schema_name: str) -> AbstractContextManager[None]:
        """Wait until no sync works in a schema, and keep syncs and editors out while a block runs."""
        return nullcontext()

    def hold(self, schema_name: str) -> None:
        """Wait until no sync works in a schema, and keep syncs out until the transaction ends."""

    def carried(self) -> Sequence[Carried]:
        """What goes with a backup."""
        return ()

    def accounts(self) -> Sequence[tuple[str, str]]:
        """The columns, as (table, column), that hold the key of somebody's account: elsewhere it has another one."""
        return ()


class HooksOfAllApps(SchemaHooks):
    """The hooks of every app, called one after the other in the order in which they were registered."""

    def __init__(self) -> None:
        self._hooks: list[SchemaHooks] = []

    def register(self, hooks: SchemaHooks) -> None:
        """Add the hooks of an app, when it is ready; once, as Django says so again for apps that a test isolates."""
        if not any(type(known) is type(hooks) and vars(known) == vars(hooks) for known in self._hooks):
            self._hooks.append(hooks)

    def prepare_shared(self) -> None:
        for hooks in self._hooks:
            hooks.prepare_shared()

    def prepare(self, schema_name: str) -> None:
        for hooks in self._hooks:
            hooks.prepare(schema_name)

    def mark(self) -> str:
        return "\n".join(mark for hooks in self._hooks if (mark := hooks.mark()))

    def prepare_main(self, schema_name: str) -> None:
        for hooks in self._hooks:
            hooks.prepare_main(schema_name)

    def make_ready(self, administration: "Administration") -> None:
        for hooks in self._hooks:
            hooks.make_ready(administration)

    def welcome(self, administration: "Administration") -> None:
        for hooks in self._hooks:
            hooks.welcome(administration)

    @contextmanager
    def turn(self, schema_name: str) -> Iterator[None]:
        with ExitStack() as stack:
            for hooks in self._hooks:
                stack.enter_context(hooks.turn(schema_name))
            yield

    def hold(self, schema_name: str) -> None:
        for hooks in self._hooks:
            hooks.hold(schema_name)

    def carried(self) -> Sequence[Carried]:
        return [carried for hooks in self._hooks for carried in hooks.carried()]

    def accounts(self) -> Sequence[tuple[str, str]]:
        return [column for hooks in self._hooks for column in hooks.accounts()]


schema_hooks = HooksOfAllApps()
