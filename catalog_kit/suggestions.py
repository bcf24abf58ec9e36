"""The name that somebody may have meant, for one that does not exist. Pure."""

import re
from collections.abc import Collection

from rapidfuzz import fuzz

NEAREST = 78
"""How alike two names must be, of 100, before the one is offered for the other."""

ENGLISH = {
    "company": "bedrijf",
    "customer": "klant",
    "client": "klant",
    "invoice": "factuur",
    "quote": "offerte",
    "quotation": "offerte",
    "order": "werkbon",
    "name": "naam",
    "number": "nummer",
    "date": "datum",
    "due": "verval",
    "address": "adres",
    "city": "plaats",
    "phone": "telefoon",
    "total": "totaal",
    "subtotal": "subtotaal",
    "vat": "btw",
    "lines": "regels",
    "description": "omschrijving",
    "reference": "referentie",
    "subject": "onderwerp",
    "signature": "handtekening",
}
"""Words that templates of other products have, as names here have them."""

_PARTS = re.compile(r"[^\W_]+")


def nearest_name(name: str, known: Collection[str]) -> str:
    """Return the known name that is most like this one, or an empty text when none is like it."""
    asked = _words(name)
    scores = [(_likeness(name, asked, candidate), candidate) for candidate in known]
    best = max(scores, key=lambda row: row[0], default=(0.0, ""))
    return best[1] if best[0] >= NEAREST else ""


def _likeness(name: str, asked: list[str], candidate: str) -> float:
    words = _words(candidate)
    whole = fuzz.ratio("".join(asked), "".join(words))
    if asked and len(words) > 1 and words[-1] in asked and words[-1] not in GENERAL:
        # `totaal_bedrag` asks for a total, and `factuur.regels` where there are none of an invoice asks for its lines.
        return max(whole, NEAREST + (10 if words[0] in asked else 0) + whole / 50)
    return whole


GENERAL = {"naam", "nummer", "datum", "adres", "plaats", "email", "status"}
"""Last words that say too little by themselves: every group has them."""


def _words(name: str) -> list[str]:
    words = [word.casefold() for word in _PARTS.findall(name)]
    return [ENGLISH.get(word, word) for word in words]
