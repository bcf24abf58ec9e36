"""A workflow as a strip of steps, in the order in which an employee goes through them."""

from collections.abc import Mapping, Sequence
from typing import Any

from settings_sync.declaring.pictures import Block, Shape

from .models import StepType

NAMED = ("form", "email_template", "work_status", "free_field")
"""The fields by which a step points at something else."""


class WorkflowPicture:
    """Draws workflows; see `PictureOf`."""

    shape = Shape.STRIP

    def draw(self, document: Mapping[str, Any], labels: Mapping[str, str]) -> Sequence[Block]:
        """Every step, by its title or else by what it does."""
        return [_step(step, labels) for step in document.get("parts", {}).get("step", ())]


def _step(step: Mapping[str, Any], labels: Mapping[str, str]) -> Block:
    kind = str(dict(StepType.choices).get(step.get("type", ""), ""))
    named = [labels.get(str(step[name]), "") for name in NAMED if step.get(name)]
    title = step.get("title") or ""
    return Block(
        uid=step["uid"],
        title=title or kind,
        kind=kind if title else "",
        is_required=bool(step.get("is_required")),
        notes=tuple(name for name in named if name),
    )
