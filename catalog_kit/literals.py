"""What is typed out in a template although every administration has its own: numbers, addresses and names. Pure."""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from stdnum.eu import vat

from settings_sync.wording.word_changes import readable
from tenants.company import is_iban

from .template_language import without_braces

IBAN = "bedrijf.iban"
VAT = "bedrijf.btw_nummer"
COMPARED = (
    IBAN,
    VAT,
    "bedrijf.email",
    "bedrijf.telefoon",
    "bedrijf.naam",
    "bedrijf.adres",
    "bedrijf.postcode",
)
"""The details that are looked for. A city is not: it may well be meant."""

NUMBERS = (IBAN, VAT, "bedrijf.telefoon", "bedrijf.postcode")
SHORTEST = 4
BETWEEN = r"[\s.\-]*"
IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[\s.\-]?[0-9]{2}(?=[\s.\-]?[A-Za-z0-9])")
VAT_START = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(sorted(vat.MEMBER_STATES)).upper()}|EL)(?=[\s.\-]?[A-Z0-9])")
LONGEST = 34
SHORTEST_VAT = 10


@dataclass(frozen=True)
class Literal:
    """A text that is typed out, the placeholder to write instead, and whether it is the sender's own."""

    value: str
    placeholder: str
    is_own: bool


Own = Iterable[tuple[str, str]]
"""The sender's details: a placeholder and a value that it stands for."""


def find_literals(text: str, own: Own) -> list[Literal]:
    """Details of the sender, and any IBAN or VAT number, that a template has typed out; each once.

    Spaces, points and hyphens inside a number do not matter, nor does the markup around it.
    """
    raw = html.unescape(without_braces(text))
    searched = [readable(raw), raw]
    details = list(own)
    found: list[Literal] = []
    for literal in [*_own(searched, details), *_numbers(searched, details)]:
        if not any(_is_within(literal, other) for other in found):
            found.append(literal)
    return found


def _is_within(literal: Literal, other: Literal) -> bool:
    return literal.placeholder == other.placeholder and compact(literal.value) in compact(other.value)


def compact(text: str) -> str:
    """A number or name as it is compared: without spaces, points and hyphens, in capitals."""
    return re.sub(r"[\s.\-]+", "", text).upper()


def _own(texts: list[str], own: Own) -> Iterator[Literal]:
    for name, value in sorted(own, key=lambda detail: -len(detail[1])):
        is_compared = name in COMPARED and len(compact(value)) >= SHORTEST
        if is_compared and any(_pattern(name, value).search(text) for text in texts):
            yield Literal(value, name, is_own=True)


def _pattern(name: str, value: str) -> re.Pattern[str]:
    """A number with anything between its characters, or words with any space between them."""
    if name in NUMBERS:
        inner = BETWEEN.join(re.escape(character) for character in compact(value))
    else:
        inner = r"\s+".join(re.escape(word) for word in value.split())
    return re.compile(rf"(?<![^\W_]){inner}(?![^\W_])", re.IGNORECASE)


def _numbers(texts: list[str], own: Own) -> Iterator[Literal]:
    """Whatever its check digits prove to be an IBAN or a VAT number, whoever's it is."""
    known = {compact(value) for name, value in own if name in (IBAN, VAT)}
    for text in texts:
        for name, start, is_valid in ((IBAN, IBAN_START, _is_iban), (VAT, VAT_START, _is_vat_number)):
            for match in start.finditer(text):
                value = _longest(text[match.start() : match.start() + 2 * LONGEST], is_valid)
                if value and compact(value) not in known:
                    yield Literal(value, name, is_own=False)


def _longest(text: str, is_valid: Callable[[str], bool]) -> str:
    """The longest beginning of a text that is a number and ends where a word ends."""
    for match in reversed(list(re.finditer(r"[A-Za-z0-9](?![A-Za-z0-9])", text))):
        candidate = text[: match.end()]
        if is_valid(candidate):
            return candidate
    return ""


def _is_iban(text: str) -> bool:
    return is_iban(compact(text))


def _is_vat_number(text: str) -> bool:
    number = compact(text)
    return text == text.upper() and len(number) >= SHORTEST_VAT and bool(vat.is_valid(number))
