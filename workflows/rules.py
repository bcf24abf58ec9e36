"""What makes a workflow right or wrong. Pure: the screens and the sync ask the same functions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from settings_sync.declaring.options import Problem

from .step_types import REFERENCE_OF_TYPE, REQUIRED_REFERENCES, StepType, type_label

Step = Mapping[str, Any]


def problems_of_workflow(document: Mapping[str, Any]) -> list[str]:
    """Messages about the document of a workflow: its steps stand in order under `parts` → `step`."""
    return problems_of_steps(document.get("parts", {}).get("step", []))


def problems_of_steps(steps: Sequence[Step]) -> list[str]:
    """Messages about steps in their order; each has `type`, `title` and what it names, absent when empty.

    A workflow that is out of order, or whose step names nothing, cannot be done; a name too many does no harm.
    """
    return [*_send_problems(steps), *_timer_problems(steps), *_reference_problems(steps)]


def _named(number: int, step: Step) -> str:
    label = step.get("title") or type_label(step.get("type", ""))
    return _("Step %(number)s (%(label)s)") % {"number": number, "label": label}


def _broken(message: str, code: str, *steps: Step) -> Problem:
    """What keeps the workflow from being done: the same problem wherever these steps stand by then."""
    return Problem(message, about=(code, *(step.get("uid", message) for step in steps)), breaks=True)


def _send_problems(steps: Sequence[Step]) -> Iterator[str]:
    sends = [number for number, step in enumerate(steps, 1) if step.get("type") == StepType.SEND]
    of_steps = [steps[number - 1] for number in sends]
    if len(sends) > 1:
        numbers = ", ".join(map(str, sends))
        message = _("Send occurs once at most; here it is step %(numbers)s.") % {"numbers": numbers}
        yield _broken(message, "sends", *of_steps)
    elif sends and sends[0] != len(steps):
        message = _("Send must be the last step; here it is step %(number)s of %(total)s.")
        yield _broken(message % {"number": sends[0], "total": len(steps)}, "send-early", *of_steps)


def _timer_problems(steps: Sequence[Step]) -> Iterator[str]:
    running: list[tuple[str, Step]] = []
    for number, step in enumerate(steps, 1):
        if step.get("type") == StepType.TIMER_START:
            running.append((_named(number, step), step))
        elif step.get("type") == StepType.TIMER_STOP and running:
            running.pop()
        elif step.get("type") == StepType.TIMER_STOP:
            message = _("%(step)s stops a timer that no earlier step starts.") % {"step": _named(number, step)}
            yield _broken(message, "stops", step)
    for started, step in running:
        yield _broken(_("%(step)s starts a timer that no later step stops.") % {"step": started}, "starts", step)


def _reference_problems(steps: Sequence[Step]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        if step.get("type") not in StepType.values:
            yield _broken(_("Step %(number)s has no known type.") % {"number": number}, "type", step)
        yield from _missing_reference(number, step)
        yield from _misplaced_references(number, step)


def _missing_reference(number: int, step: Step) -> Iterator[str]:
    field = REFERENCE_OF_TYPE.get(step.get("type", ""))
    if field in REQUIRED_REFERENCES and not step.get(field):
        messages = {
            "form": _("%(step)s names no form. Choose one."),
            "email_template": _("%(step)s names no e-mail template. Choose one."),
            "work_status": _("%(step)s names no work status. Choose one."),
        }
        yield _broken(messages[field] % {"step": _named(number, step)}, f"no {field}", step)


def _misplaced_references(number: int, step: Step) -> Iterator[str]:
    fields = {
        "form": _("form"),
        "email_template": _("e-mail template"),
        "work_status": _("work status"),
        "free_field": _("free field"),
    }
    for field, label in fields.items():
        if step.get(field) and REFERENCE_OF_TYPE.get(step.get("type", "")) != field:
            yield _("%(step)s cannot name a %(what)s.") % {"step": _named(number, step), "what": label}
