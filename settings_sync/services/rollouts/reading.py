"""Rings, from how they are kept and sent to what planning reckons with."""

from collections.abc import Mapping
from typing import Any

from settings_sync.exceptions import RingsNotUsable
from settings_sync.planning.stages import Rollout, Stage, Start, Who

MOST_STEPS = 10
MOST_MINUTES = 30 * 24 * 60
MOST_ADMINISTRATIONS = 100_000
ALL = 100
"""Percent."""


def read_rings(value: Mapping[str, Any]) -> Rollout:
    """What was sent or kept as rings: `{"steps": [{"kind", …, "start", "minutes"}], "stop": {"number" or "percent"}}`,
    or nothing where everything goes at once.

    The first step has no start, and the last one is the rest. Without `stop` the first administration that fails or is
    held stops it. Raises RingsNotUsable with the field that is wrong.
    """
    if not value:
        return Rollout()
    steps = value.get("steps")
    if not isinstance(steps, list) or not 1 < len(steps) <= MOST_STEPS or not set(value) <= {"steps", "stop"}:
        raise RingsNotUsable(field="steps")
    stages = tuple(_stage(step, is_first=not number) for number, step in enumerate(steps))
    # Whoever is in no step would never have it.
    if [stage.who == Who.REST for stage in stages] != [False] * (len(stages) - 1) + [True]:
        raise RingsNotUsable(field="kind")
    stop = value.get("stop", {"number": 0})
    if not isinstance(stop, Mapping) or set(stop) not in ({"number"}, {"percent"}):
        raise RingsNotUsable(field="stop")
    if "percent" in stop:
        return Rollout(stages, _whole(stop, "percent", least=0, most=ALL), is_percentage=True)
    return Rollout(stages, _whole(stop, "number", least=0, most=MOST_ADMINISTRATIONS))


def _stage(step: Any, *, is_first: bool) -> Stage:
    if not isinstance(step, Mapping):
        raise RingsNotUsable(field="steps")
    kind: str = step.get("kind", "")
    # A list, for what was sent may be of any sort, and not every sort has a hash.
    if kind not in [*Who]:
        raise RingsNotUsable(field="kind")
    start, minutes = _start(step, is_first)
    if kind == Who.GROUP:
        group = step.get("group")
        if not isinstance(group, str) or not group:
            raise RingsNotUsable(field="group")
        return Stage(Who.GROUP, group=group, start=start, minutes=minutes)
    if kind == Who.NUMBER:
        size = _whole(step, "number", least=1, most=MOST_ADMINISTRATIONS)
    elif kind == Who.PERCENT:
        size = _whole(step, "percent", least=1, most=ALL - 1)
    else:
        size = 0
    return Stage(Who(kind), size=size, start=start, minutes=minutes)


def _start(step: Mapping[str, Any], is_first: bool) -> tuple[Start, int]:
    start = step.get("start", Start.DONE)
    # The first one waits for nothing: that is what `when`, `windows` and `approval` of its order are for.
    if start not in [*Start] or (is_first and start != Start.DONE):
        raise RingsNotUsable(field="start")
    minutes = _whole(step, "minutes", least=1, most=MOST_MINUTES) if start == Start.AFTER else 0
    return Start(start), minutes


def _whole(row: Mapping[str, Any], name: str, *, least: int, most: int) -> int:
    number = row.get(name)
    if type(number) is not int or not least <= number <= most:
        raise RingsNotUsable(field=name)
    return number
