"""What makes a template right or wrong. Pure: the screens and the sync ask the same functions."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from .markup import markup_problems
from .placeholders import placeholder_problems

_CURRENCY = re.compile(r"[A-Z]{3}")


def message_problems(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about an e-mail or SMS template; empty when it is fine."""
    kind, subject, body = document.get("kind", ""), document.get("subject", ""), document.get("body", "")
    problems = {
        "subject": placeholder_problems(kind, subject),
        "body": placeholder_problems(kind, body) + (markup_problems(body) if kind == "email" else []),
    }
    if kind == "email" and not subject.strip():
        problems["subject"].append(_("An e-mail needs a subject."))
    if kind == "sms" and subject:
        problems["subject"].append(_("An SMS has no subject."))
    return _only_found(problems)


def layout_problems(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a layout; empty when it is fine."""
    kind = document.get("kind", "")
    texts = {field: document.get(field, "") for field in ("header", "body", "footer")}
    return _only_found(
        {field: placeholder_problems(kind, text) + markup_problems(text) for field, text in texts.items()}
    )


def scheme_problems(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a scheme; empty when it is fine."""
    currency = document.get("currency")
    if currency is None or _CURRENCY.fullmatch(currency):
        return {}
    return {"currency": [_("Write the currency as three capitals, such as EUR.")]}


def flat(problems: Mapping[str, list[str]]) -> list[str]:
    """The messages without their fields."""
    return [message for messages in problems.values() for message in messages]


def _only_found(problems: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {field: messages for field, messages in problems.items() if messages}
