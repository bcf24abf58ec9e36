"""Templates filled in with values. Pure, on any object that has the fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from catalog_kit.placing import Rows, fill_in_html, fill_in_line, fill_in_text

from .placeholders import LINE_COLUMNS

COLUMNS: tuple[tuple[str, Any], ...] = (
    ("code", _("Code")),
    ("description", _("Description")),
    ("quantity", _("Quantity")),
    ("unit", _("Unit")),
    ("unit_price", _("Unit price")),
    ("discount", _("Discount")),
    ("vat", _("VAT")),
    ("amount", _("Amount")),
)


class MessageText(Protocol):
    kind: str
    subject: str
    body: str


class Page(Protocol):
    header: str
    body: str
    footer: str


class Piece(Protocol):
    body: str


@dataclass(frozen=True)
class Rendered:
    """A message as its reader gets it: `subject` is text, `body` is HTML."""

    subject: str
    body: SafeString


def render_message(template: MessageText, values: Mapping[str, Any]) -> Rendered:
    """The subject and body of an e-mail or SMS; text without tags gets its paragraphs. Raises TemplateFault."""
    if template.kind == "email":
        return Rendered(fill_in_line(template.subject, values), fill_in_html(template.body, values))
    text = linebreaks(fill_in_text(template.body, values), autoescape=True)
    return Rendered("", mark_safe(text))  # nosec B308, B703 # it was just escaped


def render_layout(layout: Page, values: Mapping[str, Any]) -> SafeString:
    """The header, body and footer of a layout, one under the other. Raises TemplateFault."""
    parts = [(name, fill_in_html(getattr(layout, name), values)) for name in ("header", "body", "footer")]
    return format_html_join("\n", '<div class="{}">{}</div>', parts)


def render_block(block: Piece, values: Mapping[str, Any]) -> SafeString:
    """A shared block by itself. Raises TemplateFault."""
    return fill_in_html(block.body, values)


def visible_columns(layout: Any) -> list[tuple[str, Any]]:
    """The columns that a layout shows, by key and heading; the description always."""
    return [(key, label) for key, label in COLUMNS if key == "description" or getattr(layout, f"show_{key}")]


def line_rows(columns: Sequence[tuple[str, Any]], lines: Sequence[Mapping[str, Any]]) -> Rows:
    """The lines of a document: as a table with these columns, and one by one with all that a line has."""
    names = dict(zip((key for key, _label in COLUMNS), LINE_COLUMNS, strict=True))
    rows = [{names[key]: line.get(key, "") for key in names} for line in lines]
    return Rows(rows, line_table(columns, lines))


def line_table(columns: Sequence[tuple[str, Any]], lines: Sequence[Mapping[str, Any]]) -> SafeString:
    """The lines of a document as an HTML table with these columns, escaped."""
    heads = format_html_join("", "<th>{}</th>", ((label,) for _key, label in columns))
    rows = format_html_join(
        "\n",
        "<tr>{}</tr>",
        ((format_html_join("", "<td>{}</td>", ((line.get(key, ""),) for key, _label in columns)),) for line in lines),
    )
    return format_html('<table class="lines"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', heads, rows)
