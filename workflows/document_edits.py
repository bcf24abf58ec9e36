"""What the editor of workflows sees to besides their documents, for whoever edits those themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from settings_sync.declaring.options import DocumentEdit
from templates_catalog.models import MessageTemplate

from .services import unfinished_in_words
from .step_types import StepType

Document = Mapping[str, Any]


def problems_of_workflow_edit(edit: DocumentEdit) -> dict[str, list[str]]:
    """What a workflow that employees get must have, and what its steps may name."""
    if edit.after is None:
        return {}
    problems = {f"parts.step.{number}.email_template": [message] for number, message in _sms_in(edit.after)}
    if _is_unfinished(edit.after) and not (edit.before and _is_unfinished(edit.before)):
        problems["parts.step"] = [unfinished_in_words()]
    return problems


def _steps(document: Document) -> Sequence[Document]:
    steps: Sequence[Document] = document.get("parts", {}).get("step", ())
    return steps


def _is_unfinished(document: Document) -> bool:
    steps = _steps(document)
    return bool(document.get("work_types")) and not (steps and steps[-1].get("type") == StepType.SEND)


def _sms_in(document: Document) -> list[tuple[int, str]]:
    """The steps that would send an SMS as an e-mail, by number, each with the message about it."""
    named = {number: step["email_template"] for number, step in enumerate(_steps(document)) if "email_template" in step}
    texts = MessageTemplate.objects.filter(uid__in=named.values()).exclude(kind=MessageTemplate.Kind.EMAIL)
    names = {str(text.uid): text.name for text in texts}
    message = _("“%(name)s” is an SMS. Choose an e-mail template.")
    return [(number, message % {"name": names[uid]}) for number, uid in named.items() if uid in names]
