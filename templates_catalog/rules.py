"""What makes a template right or wrong. Pure: the screens and the sync ask the same functions."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog_kit.taking_in import problems_of_markup

from .placeholders import problems_of_placeholders

_CURRENCY = re.compile(r"[A-Z]{3}")


def problems_of_message(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about an e-mail or SMS template; empty when it is fine."""
    kind = document.get("kind", "")
    subject = document.get("subject", "")
    body = document.get("body", "")
    problems = {
        "subject": problems_of_placeholders(kind, subject),
        "body": problems_of_placeholders(kind, body) + (problems_of_markup(body) if kind == "email" else []),
    }
    if kind == "email" and not subject.strip():
        problems["subject"].append(_("An e-mail needs a subject."))
    if len(subject.splitlines()) > 1:
        problems["subject"].append(_("A subject is one line. Take the line break out of it."))
    if kind == "sms" and subject:
        problems["subject"].append(_("An SMS has no subject."))
    return _only_found(problems)


def problems_of_layout(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a layout; empty when it is fine."""
    kind = document.get("kind", "")
    texts = {field: document.get(field, "") for field in ("header", "body", "footer")}
    return _only_found(
        {field: problems_of_placeholders(kind, text) + problems_of_markup(text) for field, text in texts.items()}
    )


def problems_of_scheme(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a scheme; empty when it is fine."""
    currency = document.get("currency")
    if currency is None or _CURRENCY.fullmatch(currency):
        return {}
    return {"currency": [_("Write the currency as three capitals, such as EUR.")]}


def _only_found(problems: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {field: messages for field, messages in problems.items() if messages}
