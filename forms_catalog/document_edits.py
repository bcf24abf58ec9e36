"""What the editor of forms sees to besides their documents, for whoever edits those themselves."""

from collections.abc import Mapping
from typing import Any

from .type_rules import LIMITS, plain, plain_limit

Document = Mapping[str, Any]


def written_plainly(document: Document) -> Document:
    """The document with numbers, dates and times in their one form: a default by the type of its field, the answer that
    something waits for by that of its question."""
    types = {row["uid"]: row.get("type", "text") for row in document["parts"].get("field", ())}
    parts = {part: [_plain(row, types) for row in rows] for part, rows in document["parts"].items()}
    return {**document, "parts": parts}


def _plain(row: Document, types: Mapping[str, str]) -> Document:
    written = dict(row)
    kind = types.get(row["uid"], "text")
    if "default_value" in row:
        written["default_value"] = plain(kind, row["default_value"])
    written |= {name: plain_limit(kind, row[name]) for name in LIMITS if name in row}
    if "option_labels" in row:
        # So that two fields that look the same are the same, whoever wrote them.
        written["option_labels"] = {code: label for code, label in row["option_labels"].items() if label != code}
    asked = row.get("visible_if_field")
    if asked is not None and "visible_if_value" in row:
        written["visible_if_value"] = plain(types.get(asked, "text"), row["visible_if_value"])
    return written
