"""Every fault, by the name that `./dev chaos NAME` takes; each gives one row or more."""

from collections.abc import Callable

from ..stage import Stage
from ..table import Row
from . import (
    audits,
    brokers,
    cancels,
    clocks,
    contents,
    disks,
    edits,
    messages,
    migrations,
    points,
    rolling,
    sleepers,
    storms,
    times,
    turns,
    undos,
    wal,
)

SCENARIOS: dict[str, Callable[[Stage, bool], list[Row]]] = {
    "points": points.run,
    "storm": storms.run,
    "broker": brokers.run,
    "messages": messages.run,
    "sleepers": sleepers.run,
    "turns": turns.run,
    "rolling": rolling.run,
    "migrations": migrations.run,
    "edits": edits.run,
    "disk": disks.run,
    "content": contents.run_big,
    # From here on without workers, or with others.
    "clocks": clocks.run,
    "times": times.run,
    "names": contents.run_names,
    "cancels": cancels.run,
    "undo": undos.run,
    "audit": audits.run,
    "wal": wal.run,
}
