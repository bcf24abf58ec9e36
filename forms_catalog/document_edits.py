"""What the editor of forms sees to besides their documents, for whoever edits those themselves."""

from collections.abc import Mapping
from typing import Any

from tenants.entries import canonical

Document = Mapping[str, Any]


def written_plainly(document: Document) -> Document:
    """The document with numbers, dates and times in their one form: a default by the type of its field, the answer that
    something waits for by that of its question."""
    types = {row["uid"]: row.get("type", "text") for row in document["parts"].get("field", ())}
    parts = {part: [_plain(row, types) for row in rows] for part, rows in document["parts"].items()}
    return {**document, "parts": parts}


def _plain(row: Document, types: Mapping[str, str]) -> Document:
    plain = dict(row)
    if "default_value" in row:
        plain["default_value"] = canonical(types[row["uid"]], row["default_value"])
    if "option_labels" in row:
        # So that two fields that look the same are the same, whoever wrote them.
        plain["option_labels"] = {code: label for code, label in row["option_labels"].items() if label != code}
    asked = row.get("visible_if_field")
    if asked is not None and "visible_if_value" in row:
        plain["visible_if_value"] = canonical(types[asked], row["visible_if_value"])
    return plain
