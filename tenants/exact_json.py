"""JSON in which a number with decimals keeps every digit, on its way in and on its way out.

Python reads such a number as a float, which holds 15 to 17 digits: a price of 1234567890123456.7891 would come back as
…56.8. PostgreSQL keeps what it is given, so whoever reads, compares and writes documents must do so as well.
"""

import json
import re
import secrets
from decimal import Decimal
from typing import Any

from django.db import models

# Python writes no Decimal as a number. So it is written as a text that nobody else can have written, and its quotes
# are taken off afterwards.
MARK = f"decimal-{secrets.token_hex(16)}:"
MARKED = re.compile(f'"{MARK}([^"]*)"')


class ExactDecoder(json.JSONDecoder):
    """Reads numbers with decimals as Decimal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"parse_float": Decimal, **options})


class ExactEncoder(json.JSONEncoder):
    """Writes a Decimal as the number that it is, digit for digit."""

    def default(self, o: Any) -> Any:
        return f"{MARK}{o}" if isinstance(o, Decimal) and o.is_finite() else super().default(o)

    def encode(self, o: Any) -> str:
        return MARKED.sub(r"\1", super().encode(o))


def load(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError."""
    return json.loads(text, cls=ExactDecoder)  # noqa: TID251


def dump(value: Any) -> str:
    """A value as JSON text."""
    return json.dumps(value, cls=ExactEncoder)


def dump_readably(value: Any) -> str:
    """A value as JSON text for people: indented, letters as they are."""
    return json.dumps(value, cls=ExactEncoder, indent=2, ensure_ascii=False)


class ExactJSONField(models.JSONField):
    """A column of JSON whose numbers are read and written to the last digit."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"encoder": ExactEncoder, "decoder": ExactDecoder, **options})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Describe the column to migrations: how Python reads it makes no other table."""
        name, _path, args, options = super().deconstruct()
        plain = {key: value for key, value in options.items() if key not in ("encoder", "decoder")}
        return name, "django.db.models.JSONField", args, plain
