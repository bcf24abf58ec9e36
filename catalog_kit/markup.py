"""Which HTML a setting may hold: text, tables, pictures and style, and nothing that runs.

nh3 reads HTML as browsers do, and is the barrier: what it would take out is refused. The reader here finds the words
for it, and refuses what nh3 lets through because it cleans a part of a page and knows no placeholders.
"""

import html as entities
import re
import string
from functools import lru_cache
from html.parser import HTMLParser

import nh3
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
ALLOWED_TAGS = set(_ALLOWED_TAGS.split())
ALLOWED_ATTRIBUTES = set(_ALLOWED_ATTRIBUTES.split())
_ADDRESS = re.compile(r"(https?://|mailto:|tel:|#)", re.IGNORECASE)
_PICTURE = re.compile(r"(https://|data:image/(png|jpeg|gif|webp);base64,|\{\{\s*bedrijf\.logo\s*\}\}$)", re.IGNORECASE)
_STYLE_THAT_RUNS = re.compile(r"expression\s*\(|javascript:|@import|behavior\s*:|-moz-binding", re.IGNORECASE)

# A value that is filled in outside quotes could end there, and begin an attribute of its own.
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
# As the standard of HTML begins a tag: whatever a browser can make of the text, no other names are in it.
_TAG = re.compile(r"<([a-zA-Z][^\s/>]*)")
# Only where a word begins: from each letter of it, one long word would be read as often as it has letters.
_SCHEME = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*(?=:)")
_SCHEMES = {"https", "http", "mailto", "tel", "data"}
_BLANK = re.compile(r"[\x00-\x20\x7f]")
_TAG_BEGINS = re.compile(r"<[a-zA-Z/]")
_DECLARATION = re.compile(r"<[!?]")


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
        self._refuse(declarations_refused())

    def close(self) -> None:
        """Tell of what never ends instead of reading on.

        HTMLParser would go on behind the < of it, and read the rest as often as there are more of them.
        """
        if self.cdata_elem:
            # Browsers take everything to the end of the text for style, and none of it was checked.
            self._refuse(_("<%(tag)s> is not closed: write </%(tag)s> behind it.") % {"tag": self.cdata_elem})
        elif _TAG_BEGINS.match(self.rawdata):
            self._refuse(_("A tag at the end is not closed with >."))
        else:
            super().close()

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        if name not in ALLOWED_ATTRIBUTES:
            self._refuse(_("%(name)s is not allowed in <%(tag)s>.") % {"name": name, "tag": tag})
        elif name == "href" and not is_allowed_address(name, value):
            self._refuse(_("A link starts with https://, mailto: or tel:, not with %(value)s") % {"value": value})
        elif name == "src" and not is_allowed_address(name, value):
            self._refuse(_("A picture starts with https:// or is {{ bedrijf.logo }}, not %(value)s") % {"value": value})
        elif name == "style":
            self._check_style(value)

    def _check_style(self, style: str) -> None:
        if "<" in style or _STYLE_THAT_RUNS.search(style):
            self._refuse(_("This style is not allowed in a template: %(style)s") % {"style": style[:60]})

    def _refuse(self, message: str) -> None:
        if message not in self.problems:
            self.problems.append(message)


def declarations_refused() -> str:
    """The sentence for what begins with <! or <?, and for an end of nothing such as </3>."""
    return str(_("Comments and declarations (<!…> and <?…>) are not allowed in a template."))


def problems_of_markup(html: str) -> list[str]:
    """Messages about tags, attributes and addresses that a template may not hold. Pure."""
    if _DECLARATION.search(html):
        # Not read at all: HTMLParser fails on some of them, and takes others to end later than browsers do, so that
        # what follows would run unseen.
        return [declarations_refused()]
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if not reader.problems and not is_left_whole(html):
        reader.problems.append(
            _("A browser reads something here that is not allowed in a template. Look for a < or a quote too many.")
        )
    return reader.problems


def is_allowed_address(attribute: str, value: str) -> bool:
    """Whether a link or picture may lead there; other attributes are no addresses."""
    allowed = {"href": _ADDRESS, "src": _PICTURE}.get(attribute)
    return allowed is None or allowed.match(value.strip()) is not None


@lru_cache(maxsize=64)
def is_left_whole(html: str) -> bool:
    """Whether nh3 takes nothing out of this.

    It also completes and reorders, as browsers do (a <tbody>, a </p>), so its answer is not compared with the text but
    with what it makes of the same text when everything that is in it is allowed.
    """
    if "<" not in html:
        return True
    lenient = nh3.clean(
        html,
        tags=ALLOWED_TAGS | {name.lower().replace("\0", "\ufffd") for name in _TAG.findall(html)},
        clean_content_tags=set(),
        # Every attribute that does something begins with a letter.
        generic_attribute_prefixes=set(string.ascii_lowercase),
        url_schemes=_SCHEMES | set(_SCHEME.findall(_BLANK.sub("", entities.unescape(html)).lower())),
        strip_comments=False,
        link_rel=None,
    )
    return _STRICT.clean(html) == lenient


_STRICT = nh3.Cleaner(
    tags=ALLOWED_TAGS,
    clean_content_tags=set(),
    attributes={"*": ALLOWED_ATTRIBUTES},
    attribute_filter=lambda _tag, name, value: value if is_allowed_address(name, value) else None,
    url_schemes=_SCHEMES,
    link_rel=None,
)
