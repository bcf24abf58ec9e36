"""What makes a template right or wrong. Pure: the screens and the sync ask the same functions."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from catalog_kit.placing import problems_of_places
from catalog_kit.taking_in import problems_of_markup
from settings_sync.models import size_of_file
from settings_sync.planning.problems import Problem
from tenants.readable_names import problem_of_name

from .placeholders import problems_of_placeholders

_NOT_IN_BLOCK_NAMES = re.compile(r"[|\"'\[\]{}\n]")
_NOT_IN_FILE_NAMES = re.compile(r"[/\\\x00-\x1f\x7f]")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
ATTACHABLE = (".pdf", ".txt", ".csv", ".ics", ".docx", ".xlsx", ".odt", ".ods", *PICTURES)
"""What mail programs open without running anything."""
MOST_ATTACHMENTS = 10
LONGEST_FILE_NAME = 120
SHOWN_OF_A_NAME = 40
MOST_ATTACHED_BYTES = 400 * 1024
"""Of all together: a document that holds them is still taken by the API."""
_CURRENCY = re.compile(r"[A-Z]{3}")


def problems_of_message(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about an e-mail or SMS template; empty when it is fine."""
    kind = document.get("kind", "")
    subject = document.get("subject", "")
    body = document.get("body", "")
    problems = {
        "subject": problems_of_placeholders(kind, subject),
        "body": _problems_of_html(kind, body) if kind == "email" else problems_of_placeholders(kind, body),
    }
    if kind == "email" and not subject.strip():
        problems["subject"].append(_("An e-mail needs a subject."))
    if len(subject.splitlines()) > 1:
        problems["subject"].append(_("A subject is one line. Take the line break out of it."))
    if kind == "sms" and subject:
        problems["subject"].append(_("An SMS has no subject."))
    return _only_found(problems)


def problems_of_attached(document: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the files in a document, each known by the row that it is about."""
    rows = list(document.get("parts", {}).get("attachment", ()))
    if not rows:
        return []
    if document.get("kind") == "sms":
        return [Problem(_("No file goes along with an SMS."), about=(rows[0]["uid"], "sms"))]
    last = rows[-1]["uid"]
    found = [(row["uid"], problem_of_file(row["name"], row["content"])) for row in rows]
    found += [(last, message) for message in _problems_together([(row["name"], row["content"]) for row in rows])]
    return [Problem(message, about=(uid, message)) for uid, message in found if message]


def problems_of_attachments(files: Sequence[tuple[str, str]]) -> list[str]:
    """What is wrong with the files that go along with an e-mail, by name and content in base64."""
    alone = [problem_of_file(name, content) for name, content in files]
    return [message for message in (*alone, *_problems_together(files)) if message]


def problem_of_file(name: str, content: str) -> str:
    """Why one file cannot go along, as a sentence; empty when it can."""
    if PurePosixPath(name).suffix.lower() not in ATTACHABLE or _NOT_IN_FILE_NAMES.search(name):
        return _("“%(name)s” cannot go along: only %(kinds)s can.") % {"name": name, "kinds": ", ".join(ATTACHABLE)}
    unreadable = problem_of_name(name)
    if unreadable:
        return _("“%(name)s” cannot go along. %(problem)s") % {"name": name, "problem": unreadable}
    if len(name) > LONGEST_FILE_NAME:
        facts = {"name": f"{name[:SHOWN_OF_A_NAME]}…", "most": LONGEST_FILE_NAME}
        return _("“%(name)s” cannot go along: its name has more than %(most)d letters.") % facts
    if not size_of_file(content):
        return _("“%(name)s” is empty.") % {"name": name}
    return ""


def _problems_together(files: Sequence[tuple[str, str]]) -> list[str]:
    problems = []
    if len(files) > MOST_ATTACHMENTS:
        problems.append(_("At most %(most)d files go along.") % {"most": MOST_ATTACHMENTS})
    if sum(size_of_file(content) for _name, content in files) > MOST_ATTACHED_BYTES:
        most = filesizeformat(MOST_ATTACHED_BYTES)
        problems.append(_("The files that go along are more than %(most)s together.") % {"most": most})
    twice = [name for name, times in Counter(name for name, _content in files).items() if times > 1]
    problems += [_("Several files are called “%(name)s”.") % {"name": name} for name in twice]
    return problems


def problems_of_layout(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a layout; empty when it is fine."""
    kind = document.get("kind", "")
    texts = {field: document.get(field, "") for field in ("header", "body", "footer")}
    return _only_found({field: _problems_of_html(kind, text) for field, text in texts.items()})


def problems_of_block(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a shared block; empty when it is fine."""
    problems = {"name": [], "body": _problems_of_html("block", document.get("body", ""))}
    if _NOT_IN_BLOCK_NAMES.search(document.get("name", "")):
        problems["name"] = [_("The name stands between braces: leave out | ' \" [ ] { and }.")]
    return _only_found(problems)


def problems_of_scheme(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages per field about a scheme; empty when it is fine."""
    currency = document.get("currency")
    if currency is None or _CURRENCY.fullmatch(currency):
        return {}
    return {"currency": [_("Write the currency as three capitals, such as EUR.")]}


def _problems_of_html(kind: str, text: str) -> list[str]:
    found = problems_of_placeholders(kind, text, takes_blocks=True)
    return [*found, *problems_of_markup(text), *problems_of_places(text)]


def _only_found(problems: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {field: messages for field, messages in problems.items() if messages}
