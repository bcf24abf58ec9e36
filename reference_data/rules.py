"""What a shared setting must satisfy, on plain values: the screens and a sync ask the same questions here. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from settings_sync.declaring.options import Problem
from tenants.entries import Unreadable, read_number, read_whole_number
from tenants.readable_names import problem_of_name

MOST_MINUTES = 100_000
MOST_ORDER = 100_000
MOST_MONEY = 9_999_999
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
    order = problem_of_number(document.get("order"), most=MOST_ORDER, decimals=0)
    return ({"values": messages} if messages else {}) | _broken_number(order=order)


def problems_of_device_policy(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a device policy."""
    chosen = [target for target in TARGETS if document.get(target)]
    if len(chosen) > 1:
        message = _("A policy points at one setting. Choose one of them, and leave the others empty.")
        return {chosen[1]: [_broken(message)]}
    if chosen and document.get("value"):
        return {"value": [_broken(_("A policy has a text or points at a setting. Leave one of them empty."))]}
    return {}


def problems_of_work_type(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a work type: a name that can be read, and whole minutes."""
    name = problem_of_name(str(document.get("name", "")))
    minutes = problem_of_number(document.get("default_minutes"), least=1, most=MOST_MINUTES, decimals=0)
    return _found(name=name) | _broken_number(default_minutes=minutes)


def problems_of_vat_rate(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a VAT rate: its code and name, and a percentage."""
    percentage = problem_of_number(document.get("percentage"), most=100)
    return problems_of_coded(document) | _broken_number(percentage=percentage)


def problems_of_hour_type(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about an hour type: its code and name, and a price where the document has one."""
    price = problem_of_number(document.get("price"), most=MOST_MONEY)
    return problems_of_coded(document) | _broken_number(price=price)


def problem_of_number(entry: Any, *, least: int = 0, most: int, decimals: int = 2) -> str:
    """Return why a number of a document cannot be used, as a sentence; empty when it can, or when it is not there."""
    if entry is None:
        return ""
    try:
        number = Decimal(read_whole_number(entry)) if decimals == 0 else read_number(entry)
    except Unreadable as error:
        return str(error)
    if not least <= number <= most:
        return _("Write a number from %(least)s to %(most)s.") % {"least": least, "most": most}
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals:
        return _("Write at most %(decimals)d digits after the comma.") % {"decimals": decimals}
    return ""


def _found(**problems: str) -> dict[str, list[str]]:
    return {field: [problem] for field, problem in problems.items() if problem}


def _broken_number(**problems: str) -> dict[str, list[str]]:
    """A number that cannot be read cannot be kept either, whoever wrote it."""
    return {field: [_broken(problem)] for field, problem in problems.items() if problem}


def problems_of_coded(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a row of a code list: its code and its name can be read."""
    found = {field: problem_of_name(str(document.get(field, ""))) for field in ("code", "name")}
    return {field: [problem] for field, problem in found.items() if problem}


def messages_of_row(document: Mapping[str, Any], problems: Mapping[str, list[str]]) -> list[str]:
    """Problems of a row of a list, where each message names the row by its code and its name."""
    row = " ".join(filter(None, [str(document.get("code", "")), str(document.get("name", ""))]))
    labels = {
        "code": _("code"),
        "name": _("name"),
        "default_minutes": _("usual duration in minutes"),
        "percentage": _("percentage"),
        "price": _("price per hour"),
    }
    return [
        Problem(
            _("Row “%(row)s”, %(field)s: %(message)s") % {"row": row, "field": labels[field], "message": message},
            about=(field, message),
            breaks=isinstance(message, Problem) and message.breaks,
        )
        for field, messages in problems.items()
        for message in messages
    ]


def _broken(message: str) -> Problem:
    return Problem(message, breaks=True)


def messages_of(problems: Mapping[str, list[str]]) -> list[Problem]:
    """The messages alone, in order, each known by its field as well."""
    return [_of_field(name, message) for name, messages in problems.items() for message in messages]


def _of_field(name: str, message: str) -> Problem:
    return Problem(message, about=(name, message), breaks=isinstance(message, Problem) and message.breaks)
