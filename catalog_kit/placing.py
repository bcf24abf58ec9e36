"""Values put in a template, each escaped for where it came to stand: text, an attribute, a link, style, one line.

A template is filled in with marks first (template_language.py), so that what decides is the page as it came out, with
its conditions and repetitions carried out, and no value can be taken for a part of it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.utils.html import escape, format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from .html_scanning import Attribute, Piece, scan
from .markup import (
    LINK_ATTRIBUTES,
    PICTURE_ATTRIBUTES,
    cleaned,
    has_markup,
    is_allowed_address,
    is_allowed_style,
    scheme_of,
)
from .template_filters import InAddress
from .template_language import (
    BLOCK,
    MARK,
    FilledBlock,
    Marked,
    Missing,
    TemplateFault,
    braces_in,
    line_of,
    masked,
    read_template,
    text_of,
)

_SPACES = re.compile(r"\s+")
_BREAKS = re.compile(r"[\r\n\t]+")
_TAGS = re.compile(r"<[^>]*>")
_UNSAFE_IN_STYLE = re.compile(r"[^\w .,#%()+-]")
_NOT_PLAIN = re.compile(r"[^a-zA-Z0-9._-]")
# Filters that leave the beginning of a value as it is.
_KEEPS_BEGINNING = r"\|\s*(?:default|strip|lstrip|rstrip|squish|append|escape)\b[^|}]*"
_BEGINS_LINK = re.compile(rf"\s*\{{\{{-?\s*([\w.]+)\s*(?:{_KEEPS_BEGINNING})*-?\}}\}}")
_BEGINS_BLOCK = re.compile(rf"\{{\{{-?\s*{BLOCK}\b")
_LONE_MARK = re.compile(rf"<p>\s*{MARK.pattern}\s*</p>")
_LONE_SCHEME = re.compile(r"(?:https?://|mailto:|tel:)\Z", re.IGNORECASE)
_LONE_WEB = re.compile(r"https?://\Z", re.IGNORECASE)
VALUE_SCHEMES = {"https", "mailto", "tel"}
"""How an address may begin where a value begins it."""
# What an address may hold by itself, beside letters and digits; a value that begins one is an address already.
_WHOLE_ADDRESS = "%/:?#[]@!$&'()*+,;=~-._"


class Picture:
    """A picture as a value, and the words that stand there where there is none. `address` is empty without one."""

    def __init__(self, address: str, words: str) -> None:
        self.address = address
        self.words = words

    def __str__(self) -> str:
        return self.words

    def as_html(self) -> str:
        """Return the picture as a tag, or the words in bold."""
        if self.address:
            return f'<img src="{escape(self.address)}" alt="{escape(self.words)}">'
        return f"<strong>{escape(self.words)}</strong>"


class Rows(list[Mapping[str, Any]]):
    """Rows that a template can go through one by one; where they are asked for as a whole stands their table."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], table: SafeString) -> None:
        super().__init__(rows)
        self.table = table

    def __str__(self) -> str:
        return str(self.table)


def fill_in_html(template: str, values: Mapping[str, Any], *, is_missing_shown: bool = True) -> SafeString:
    """Return a template filled in, as HTML in which nothing runs; a template without tags gets its paragraphs.

    Raises TemplateFault when it cannot be read or becomes too much.
    """
    marked = read_template(template).fill_in(values, is_missing_shown=is_missing_shown)
    if not has_markup(masked(template)):
        marked.text = linebreaks(marked.text, autoescape=True)
    return mark_safe(cleaned(_placed(marked)))  # nosec B308, B703 # it was just cleaned


def fill_in_text(template: str, values: Mapping[str, Any], *, is_missing_shown: bool = True) -> str:
    """Return a template filled in as plain text, such as an SMS. Raises TemplateFault."""
    marked = read_template(template).fill_in(values, is_missing_shown=is_missing_shown)
    return _as_text(FilledBlock("", marked))


def fill_in_line(template: str, values: Mapping[str, Any], *, is_missing_shown: bool = True) -> str:
    """Return a template filled in as one line, such as a subject. Raises TemplateFault."""
    return _SPACES.sub(" ", fill_in_text(template, values, is_missing_shown=is_missing_shown)).strip()


def problems_of_places(template: str) -> list[str]:
    """Return messages about shared blocks that stand within a tag: a block is a piece of the text."""
    try:
        cover = masked(template)
        blocks = [braces for braces in braces_in(template) if _BEGINS_BLOCK.match(template, braces.start)]
    except TemplateFault:
        return []
    tags = [piece for piece in scan(cover) if piece.kind != "text"] if blocks else []
    lines = [line_of(template, one.start) for one in blocks if any(tag.start < one.start < tag.end for tag in tags)]
    message = _("Line %(line)d: a shared block stands in the text, and not within a tag or style.")
    return [message % {"line": line} for line in dict.fromkeys(lines)]


def names_of_links(template: str) -> list[str]:
    """Return the names whose values begin a link or the address of a picture, each once."""
    try:
        pieces = list(scan(masked(template)))
    except TemplateFault:
        return []
    attributes = [
        one for piece in pieces for one in piece.attributes if one.name in LINK_ATTRIBUTES | PICTURE_ATTRIBUTES
    ]
    begins = [_BEGINS_LINK.match(template, one.value_start, one.value_end) for one in attributes]
    return list(dict.fromkeys(match.group(1) for match in begins if match))


def may_begin_link(value: Any) -> bool:
    """Whether a value may begin a link: https, mailto or tel; a picture may."""
    return isinstance(value, Picture) or scheme_of(_BREAKS.sub("", _as_text(value)).strip()) in VALUE_SCHEMES


def fault_in_words(fault: TemplateFault) -> SafeString:
    """Return what is shown in place of a template that cannot be filled in."""
    return format_html(
        "<p><strong>{}</strong></p>", _("Line %(line)d: %(words)s") % {"line": fault.line, "words": fault}
    )


def _placed(marked: Marked) -> str:
    marked.text = _LONE_MARK.sub(lambda match: _without_paragraph(marked, match), marked.text)
    return "".join(_placed_piece(marked, piece) for piece in list(scan(marked.text)))


def _without_paragraph(marked: Marked, match: re.Match[str]) -> str:
    """A block that is all that stands in a paragraph, without it: a paragraph holds no paragraphs."""
    inner = MARK.search(match.group())
    is_block = inner is not None and isinstance(_value(marked, inner), FilledBlock)
    return inner.group() if inner is not None and is_block else match.group()


def _placed_piece(marked: Marked, piece: Piece) -> str:
    text = marked.text[piece.start : piece.end]
    if piece.kind == "raw" and piece.name == "style":
        style = MARK.sub(lambda match: _in_style(marked, match), text)
        return style if is_allowed_style(style) else ""
    if "\ue000" not in text:
        return text
    if piece.kind == "text":
        return MARK.sub(lambda match: marked.room.take(_in_text(_value(marked, match))), text)
    if piece.kind == "start":
        return _placed_tag(marked, piece)
    return ""


def _placed_tag(marked: Marked, piece: Piece) -> str:
    picture = _missing_picture(marked, piece)
    if picture is not None:
        return picture.as_html()
    pieces = []
    position = piece.start
    for attribute in piece.attributes:
        written = marked.text[attribute.start : attribute.end]
        if "\ue000" in written:
            pieces += [marked.text[position : attribute.start], _placed_attribute(marked, attribute)]
            position = attribute.end
    # What still holds a mark stands in the name of the tag or of an attribute, where no value belongs.
    return MARK.sub("", "".join([*pieces, marked.text[position : piece.end]]))


def _missing_picture(marked: Marked, piece: Piece) -> Picture | None:
    """The picture that an <img> asks for, where there is none to show."""
    for attribute in piece.attributes if piece.name == "img" else ():
        match = MARK.fullmatch(marked.text[attribute.value_start : attribute.value_end].strip())
        value = _value(marked, match) if match and attribute.name == "src" else None
        if isinstance(value, Picture) and not value.address:
            return value
    return None


def _placed_attribute(marked: Marked, attribute: Attribute) -> str:
    if attribute.value_start == attribute.value_end:
        return ""
    value = marked.text[attribute.value_start : attribute.value_end]
    name = MARK.sub("", attribute.name)
    if name in LINK_ATTRIBUTES | PICTURE_ATTRIBUTES:
        address = _address(marked, value)
        return f' {name}="{address}"' if _may_lead_there(name, value, address) else ""
    if name == "style":
        placed = MARK.sub(lambda match: _in_style(marked, match), value)
    else:
        placed = MARK.sub(lambda match: marked.room.take(_entities(_as_line(_value(marked, match)))), value)
    return f' {name}="{placed.replace(chr(34), "&quot;")}"'


def _in_style(marked: Marked, match: re.Match[str]) -> str:
    return marked.room.take(_UNSAFE_IN_STYLE.sub("", _as_text(_value(marked, match))))


def _may_lead_there(name: str, value: str, address: str) -> bool:
    """Whether an address with values in it may stand; where a value begins it, fewer may than where it was typed."""
    if not is_allowed_address(name, address):
        return False
    typed = value[: value.index("\ue000")].strip()
    if typed and not _LONE_WEB.search(typed):
        return True
    return scheme_of(address) in (VALUE_SCHEMES if name in LINK_ATTRIBUTES else {"https", "data"})


def _address(marked: Marked, value: str) -> str:
    """An address with its values encoded: the first as it is where it begins the address, any other as a part of it."""
    address = ""
    position = 0
    for match in MARK.finditer(value):
        address += value[position : match.start()]
        filled = _value(marked, match)
        address = marked.room.take(_with_value(address, filled))
        position = match.end()
    return (address + value[position:]).replace('"', "%22").strip()


def _with_value(address: str, filled: Any) -> str:
    begun = address.strip()
    if isinstance(filled, Picture):
        return address + filled.address
    if isinstance(filled, Missing):
        return address
    text = _SPACES.sub(" ", _BREAKS.sub("", _as_text(filled))).strip()
    if isinstance(filled, InAddress):
        return address + text
    has_scheme = scheme_of(text) in VALUE_SCHEMES
    if not begun or _LONE_WEB.search(begun) or (has_scheme and _LONE_SCHEME.search(begun)):
        if scheme_of(text) == "tel":
            text = text.replace(" ", "")
        return ("" if has_scheme else address) + escape(quote(text, safe=_WHOLE_ADDRESS))
    if begun.lower().startswith("tel:"):
        return address + quote(text.replace(" ", ""), safe="+()-")
    if "?" not in address and "#" not in address:
        return address + quote(text, safe="/@:+,~" if not begun.lower().startswith("mailto:") else "@+")
    return address + quote(text, safe="")


def _value(marked: Marked, match: re.Match[str]) -> Any:
    number = int(match.group(1))
    value = marked.values[number] if number < len(marked.values) else ""
    if isinstance(value, str) and not isinstance(value, SafeString) and MARK.search(value):
        # A part of the template that was gathered, and went through a filter: text, with values in it.
        kept = marked.values[:number]
        return MARK.sub(lambda inner: _inner_text(kept, inner), value)
    return value


def _inner_text(values: Sequence[Any], match: re.Match[str]) -> str:
    number = int(match.group(1))
    return text_of(values[number]) if number < len(values) else ""


def _as_text(value: Any) -> str:
    """A value as text, without the tags of what is HTML."""
    if isinstance(value, Rows):
        value = value.table
    if isinstance(value, FilledBlock):
        room = value.marked.room
        return MARK.sub(lambda match: room.take(_as_text(_value(value.marked, match))), value.marked.text)
    if isinstance(value, SafeString):
        return _SPACES.sub(" ", _TAGS.sub(" ", str(value))).strip()
    return str(value) if isinstance(value, Picture) else text_of(value)


def _as_line(value: Any) -> str:
    return _SPACES.sub(" ", _as_text(value)).strip()


def _entities(text: str) -> str:
    """Text that stays one value whatever stands around it, also without quotes."""
    return _NOT_PLAIN.sub(lambda match: f"&#{ord(match.group())};", text)


def _in_text(value: Any) -> str:
    if isinstance(value, Picture):
        return value.as_html()
    if isinstance(value, Rows):
        return str(value.table)
    if isinstance(value, FilledBlock):
        return _block_in_text(value)
    if isinstance(value, SafeString):
        return str(value)
    return str(escape(text_of(value))).replace("\r\n", "\n").replace("\n", "<br>")


def _block_in_text(block: FilledBlock) -> str:
    """A block as HTML, put together once however often it stands there."""
    if not block.html:
        if not has_markup(masked(block.text)):
            block.marked.text = linebreaks(block.marked.text, autoescape=True)
        block.html.append(_placed(block.marked))
    return block.html[0]
