"""Which HTML a setting may hold: text, tables, pictures and style, and nothing that runs."""

import re
from html.parser import HTMLParser

from django.utils.translation import gettext as _

_ALLOWED_TAGS = (
    "a abbr address b blockquote br caption center col colgroup dd div dl dt em font footer h1 h2 h3 h4 "
    "h5 h6 header hr i img li main ol p pre s section small span strong style sub sup table tbody td "
    "tfoot th thead tr u ul"
)
_ALLOWED_ATTRIBUTES = (
    "align alt border cellpadding cellspacing class color colspan dir face height href id lang rowspan "
    "scope size src style title valign width"
)
ALLOWED_TAGS = frozenset(_ALLOWED_TAGS.split())
ALLOWED_ATTRIBUTES = frozenset(_ALLOWED_ATTRIBUTES.split())
_ADDRESS = re.compile(r"(https?://|mailto:|tel:|#)", re.IGNORECASE)
_PICTURE = re.compile(r"(https://|data:image/(png|jpeg|gif|webp);base64,|\{\{\s*bedrijf\.logo\s*\}\}$)", re.IGNORECASE)
_STYLE_THAT_RUNS = re.compile(r"expression\s*\(|javascript:|@import|behavior\s*:|-moz-binding", re.IGNORECASE)

# A value that is filled in outside quotes could end there, and begin an attribute of its own.
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_UNCLOSED_TAG = re.compile(r"<[a-zA-Z/!?][^>]*$")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tag = tag
        if tag not in ALLOWED_TAGS:
            self._refuse(_("<%(tag)s> is not allowed in a template.") % {"tag": tag})
            return
        if "{{" in _QUOTED.sub("", self.get_starttag_text() or ""):
            self._refuse(_("Write quotes around a value with a placeholder: <%(tag)s …>.") % {"tag": tag})
        for name, value in attrs:
            self._check_attribute(tag, name, (value or "").strip())

    def handle_endtag(self, tag: str) -> None:
        self.tag = ""

    def handle_data(self, data: str) -> None:
        if self.tag == "style":
            self._check_style(data)

    def handle_comment(self, data: str) -> None:
        self._refuse_declaration()

    def handle_decl(self, decl: str) -> None:
        self._refuse_declaration()

    def unknown_decl(self, data: str) -> None:
        self._refuse_declaration()

    def handle_pi(self, data: str) -> None:
        self._refuse_declaration()

    def _refuse_declaration(self) -> None:
        # Browsers end a comment sooner than this parser does, and what follows would run unseen.
        self._refuse(_("Comments and declarations (<!…> and <?…>) are not allowed in a template."))

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        if name not in ALLOWED_ATTRIBUTES:
            self._refuse(_("%(name)s is not allowed in <%(tag)s>.") % {"name": name, "tag": tag})
        elif name == "href" and not _ADDRESS.match(value):
            self._refuse(_("A link starts with https://, mailto: or tel:, not with %(value)s") % {"value": value})
        elif name == "src" and not _PICTURE.match(value):
            self._refuse(_("A picture starts with https:// or is {{ bedrijf.logo }}, not %(value)s") % {"value": value})
        elif name == "style":
            self._check_style(value)

    def _check_style(self, style: str) -> None:
        if "<" in style or _STYLE_THAT_RUNS.search(style):
            self._refuse(_("This style is not allowed in a template: %(style)s") % {"style": style[:60]})

    def _refuse(self, message: str) -> None:
        if message not in self.problems:
            self.problems.append(message)


def problems_of_markup(html: str) -> list[str]:
    """Messages about tags, attributes and addresses that a template may not hold. Pure."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if _UNCLOSED_TAG.search(html):
        reader.problems.append(_("A tag at the end is not closed with >."))
    return reader.problems
