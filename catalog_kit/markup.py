"""Which HTML a setting may hold: text, tables, pictures and style, and nothing that runs.

nh3 reads HTML as browsers do, and is the barrier: it cleans whatever is shown (`cleaned`), and what it would take out
of a text that is to be saved is refused. What takes things out before, and says so, is taking_in.py.
"""

import html as entities
import re
import string
from functools import lru_cache

import nh3

from .html_scanning import Piece, scan

_ALLOWED_TAGS = (
    "a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn "
    "div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li main mark nav nobr "
    "ol p pre q s samp section small span strike strong style sub sup table tbody td tfoot th thead time tr tt u ul "
    "var wbr"
)
_ALLOWED_ATTRIBUTES = (
    "abbr align alt axis background bgcolor border bordercolor cellpadding cellspacing char charoff cite class clear "
    "color colspan compact coords datetime decoding dir face frame headers height hidden href hreflang hspace id "
    "itemid itemprop itemscope itemtype lang link loading media name noshade nowrap rel reversed role rowspan rules "
    "scope shape size span src start style summary tabindex target text title translate type usemap valign value vlink "
    "vspace width xmlns"
)
ALLOWED_TAGS = set(_ALLOWED_TAGS.split())
ALLOWED_ATTRIBUTES = set(_ALLOWED_ATTRIBUTES.split())
FREE_ATTRIBUTES = ("data-", "aria-")
LINK_ATTRIBUTES = {"href", "cite", "itemid", "itemtype"}
PICTURE_ATTRIBUTES = {"src", "background"}

# What begins without a scheme stays below the address of the page, and runs nothing.
LINK_SCHEMES = {"", "https", "http", "mailto", "tel"}
PICTURE_SCHEMES = {"", "https", "http", "cid"}
_PICTURE_DATA = re.compile(r"data:image/(png|jpeg|jpg|gif|webp);base64,", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)", re.IGNORECASE)
# Only where a word begins: from each letter of it, one long word would be read as often as it has letters.
_ANY_SCHEME = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*(?=:)")
_BLANK = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")
# As the standard of HTML begins a tag: whatever a browser can make of the text, no other names are in it.
_TAG = re.compile(r"<([a-zA-Z][^\s/>]*)")
_OTHER_TAGS = (
    "html head body meta base link title script svg math iframe object embed applet template noscript noembed noframes "
    "frameset frame xmp plaintext textarea select option optgroup audio video source track canvas form input button "
    "label fieldset legend details dialog menu map area picture marquee blink bgsound basefont isindex slot image "
    "progress meter output datalist data ruby rt rp param"
)
_KNOWN_TAGS = ALLOWED_TAGS | set(_OTHER_TAGS.split())

_STYLE_THAT_RUNS = re.compile(r"expression\(|javascript:|vbscript:|@import|behavior:|-moz-binding|<[a-z/!?]")
_STYLE_ADDRESS = re.compile(r"url\(['\"]?([^'\")]{0,40})")
_STYLE_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def has_markup(html: str) -> bool:
    """Whether a text is HTML: it has a whole tag that there is, or a comment. Anything else is text.

    Text are `Druk < 2 bar`, `als a <b dan` and `Jan <jan@example.nl>`, of which every sign is shown.
    """
    return any(_is_markup(html, piece) for piece in scan(html))


def _is_markup(html: str, piece: Piece) -> bool:
    if piece.kind == "comment":
        return html.lower().startswith(("<!--", "<![", "<!doctype"), piece.start)
    # Nobody ends in a text what is no tag: `<x>…</x>` is one, and `<o:p/>` one of Word.
    is_tag = piece.name in _KNOWN_TAGS or (":" in piece.name and not piece.name.endswith(":"))
    return piece.kind == "end" or (piece.kind == "start" and is_tag)


def scheme_of(address: str) -> str:
    """Return the scheme of an address as browsers read it, in small letters; empty when it has none."""
    match = _SCHEME.match(_BLANK.sub("", entities.unescape(address)))
    return match.group().lower() if match else ""


def is_allowed_address(attribute: str, value: str) -> bool:
    """Whether a link or picture may lead there; other attributes are no addresses."""
    if attribute in LINK_ATTRIBUTES:
        return scheme_of(value) in LINK_SCHEMES
    if attribute in PICTURE_ATTRIBUTES:
        address = _BLANK.sub("", entities.unescape(value))
        return scheme_of(value) in PICTURE_SCHEMES or _PICTURE_DATA.match(address) is not None
    return True


def is_allowed_attribute(name: str) -> bool:
    """Whether an attribute of this name does nothing by itself."""
    return name in ALLOWED_ATTRIBUTES or name.startswith(FREE_ATTRIBUTES)


def is_allowed_style(style: str) -> bool:
    """Whether style asks for nothing that runs, and for pictures only of where pictures may come from."""
    plain = _STYLE_COMMENT.sub("", _STYLE_ESCAPE.sub(_unescaped, style))
    plain = _BLANK.sub("", plain).lower()
    if _STYLE_THAT_RUNS.search(plain):
        return False
    return all(is_allowed_address("src", match.group(1)) for match in _STYLE_ADDRESS.finditer(plain))


def _unescaped(match: re.Match[str]) -> str:
    code, sign = match.groups()
    if not code:
        return sign or ""
    number = int(code, 16)
    return chr(number) if 0 < number < 0xD800 else "\ufffd"


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
        url_schemes=_SCHEMES | set(_ANY_SCHEME.findall(_BLANK.sub("", entities.unescape(html)).lower())),
        strip_comments=False,
        link_rel=None,
    )
    return cleaned(html) == lenient


def cleaned(html: str) -> str:
    """Return HTML without whatever could run, as browsers would read it. Nothing is shown or sent that was not."""
    return _STRICT.clean(html)


def _filtered(_tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return value if is_allowed_style(value) else None
    return value if is_allowed_address(name, value) else None


_SCHEMES = (LINK_SCHEMES | PICTURE_SCHEMES | {"data"}) - {""}
_STRICT = nh3.Cleaner(
    tags=ALLOWED_TAGS,
    clean_content_tags={"script", "svg", "math", "iframe", "object", "template", "noscript", "xmp", "title"},
    attributes={"*": ALLOWED_ATTRIBUTES},
    generic_attribute_prefixes=set(FREE_ATTRIBUTES),
    attribute_filter=_filtered,
    url_schemes=_SCHEMES,
    link_rel=None,
)
