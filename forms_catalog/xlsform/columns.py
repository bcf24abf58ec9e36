"""The words of XLSForm: its types and columns, and what they are here."""

from collections.abc import Mapping
from typing import Any

OWN = "eenlijn"
"""How the columns begin in which this product writes what XLSForm has no column for."""

PLAIN_TYPES: Mapping[str, dict[str, Any]] = {
    "text": {"type": "short_text"},
    "string": {"type": "short_text"},
    "integer": {"type": "number", "decimals": 0},
    "int": {"type": "number", "decimals": 0},
    "decimal": {"type": "number"},
    "range": {"type": "number"},
    "note": {"type": "information"},
    "date": {"type": "date"},
    "time": {"type": "time"},
    "datetime": {"type": "date_time"},
    "image": {"type": "photo"},
    "photo": {"type": "photo"},
    "audio": {"type": "file"},
    "video": {"type": "file"},
    "file": {"type": "file"},
    "barcode": {"type": "barcode"},
    "geopoint": {"type": "place"},
    "location": {"type": "place"},
    "calculate": {"type": "calculated"},
}
SELECTS = {
    "select_one": "one",
    "select one": "one",
    "select1": "one",
    "select_multiple": "several",
    "select multiple": "several",
}
IGNORED_TYPES = (
    "start",
    "end",
    "today",
    "username",
    "deviceid",
    "phonenumber",
    "email",
    "simserial",
    "subscriberid",
    "audit",
    "start-geopoint",
    "background-audio",
)
"""What a device fills in by itself about the filling in."""

SURVEY_KNOWN = (
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "default",
    "appearance",
    "parameters",
    "repeat_count",
    "readonly",
    "read_only",
    "bind",
)
CHOICES_KNOWN = ("list_name", "name", "value", "label", "order")
SETTINGS_IGNORED = (
    "form_title",
    "form_id",
    "id_string",
    "version",
    "default_language",
    "style",
    "allow_choice_duplicates",
    "title",
)
HARMLESS_APPEARANCES = (
    "",
    "annotate",
    "bearing",
    "columns",
    "columns-pack",
    "compact",
    "draw",
    "field-list",
    "h",
    "horizontal",
    "horizontal-compact",
    "label",
    "likert",
    "list",
    "list-nolabel",
    "maps",
    "minimal",
    "month-year",
    "multiline",
    "new",
    "no-buttons",
    "no-calendar",
    "no-ticks",
    "numbers",
    "picker",
    "placement-map",
    "quick",
    "quickcompact",
    "search",
    "signature",
    "table-list",
    "thousands-sep",
    "vertical",
    "w",
    "year",
)
"""How a question looks on another product's screen; here it looks as such a question does."""
