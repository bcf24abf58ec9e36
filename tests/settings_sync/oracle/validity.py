"""What no catalog takes, as far as the stories can bring it about."""

from .catalog import FORM
from .documents import Document, Key

CHOICES = ("checkboxes", "radio", "dropdown")


def is_valid(key: Key, document: Document) -> bool:
    """Whether the catalog takes a document: a form's field ids occur once, a choice has options and nothing else."""
    if key[0] != FORM:
        return True
    fields = document["field/order"]
    ids = [document[f"field/{uid}/reference"] for uid in fields]
    return len(set(ids)) == len(ids) and all(_is_field(document, f"field/{uid}") for uid in fields)


def _is_field(document: Document, path: str) -> bool:
    options, default = document[f"{path}/options"], document[f"{path}/default_value"]
    if document[f"{path}/type"] not in CHOICES:
        return options == ()
    return len(set(options)) == len(options) > 0 and default in ("", *options)
