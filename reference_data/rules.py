"""What a shared setting must satisfy, on plain values: the screens and a sync ask the same questions here. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from settings_sync.declaring.options import Problem
from tenants.names import problem_of_name

TARGETS = ("work_type", "work_status", "payment_method")


def problems_of_options(options: Sequence[Any]) -> list[str]:
    """What is wrong with a list of things to choose from, its emptiness aside."""
    texts = [str(option).strip() for option in options]
    found = []
    if not all(texts):
        found.append(_("An option is empty. Remove it, or give it a text."))
    doubles = sorted({text for text in texts if text and texts.count(text) > 1})
    if doubles:
        found.append(_("These options occur more than once: %(options)s.") % {"options": ", ".join(doubles)})
    return found


def problems_of_free_field(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a free field."""
    values = document.get("values", [])
    messages: list[str]
    if document.get("type", "text") == "dropdown":
        messages = problems_of_options(values) if values else [_broken(_("A dropdown needs values to choose from."))]
    else:
        messages = [_("Only a dropdown has values to choose from.")] if values else []
    return {"values": messages} if messages else {}


def problems_of_device_policy(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a device policy."""
    chosen = [target for target in TARGETS if document.get(target)]
    if len(chosen) > 1:
        message = _("A policy points at one setting. Choose one of them, and leave the others empty.")
        return {chosen[1]: [_broken(message)]}
    if chosen and document.get("value"):
        return {"value": [_broken(_("A policy has a text or points at a setting. Leave one of them empty."))]}
    return {}


def problems_of_coded(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a row of a code list: its code and its name can be read."""
    found = {field: problem_of_name(str(document.get(field, ""))) for field in ("code", "name")}
    return {field: [problem] for field, problem in found.items() if problem}


def messages_of_row(document: Mapping[str, Any]) -> list[str]:
    """The same for a whole list, where each message names the row by its code and its name."""
    row = " ".join(filter(None, [str(document.get("code", "")), str(document.get("name", ""))]))
    labels = {"code": _("code"), "name": _("name")}
    return [
        Problem(
            _("Row “%(row)s”, %(field)s: %(message)s") % {"row": row, "field": labels[field], "message": message},
            about=(field, message),
        )
        for field, messages in problems_of_coded(document).items()
        for message in messages
    ]


def _broken(message: str) -> Problem:
    return Problem(message, breaks=True)


def messages_of(problems: Mapping[str, list[str]]) -> list[Problem]:
    """The messages alone, in order, each known by its field as well."""
    return [_of_field(name, message) for name, messages in problems.items() for message in messages]


def _of_field(name: str, message: str) -> Problem:
    return Problem(message, about=(name, message), breaks=isinstance(message, Problem) and message.breaks)
