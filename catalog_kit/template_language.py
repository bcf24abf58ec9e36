"""The language of templates: Liquid, with nothing in it but what is declared, within limits. Pure.

A template is read once (`read_template`), asked which names it uses, and filled in. Filling in leaves a mark for every
value; `placing.py` puts the values in, escaped for the place where each mark came to stand.

A shared block (`{{ blok.Voettekst }}`) is a template among the values. It is filled in once, within the limits of the
template that it stands in, and what it became is the value at its marks.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from io import StringIO
from typing import Any, TextIO
from unicodedata import normalize

from django.utils.translation import gettext as _
from liquid import BoundTemplate, Environment, RenderContext
from liquid.ast import Node
from liquid.builtin import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    content,
    cycle_tag,
    for_tag,
    if_tag,
    illegal,
    unless_tag,
)
from liquid.builtin import output as output_tag
from liquid.builtin.expressions import Path
from liquid.builtin.expressions.filtered import Filter, FilteredExpression
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.exceptions import LiquidError, OutputStreamLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.stream import TokenStream
from liquid.stringify import to_liquid_string
from liquid.undefined import is_undefined

from .template_filters import FILTERS, TooMuch

LONGEST_TAG = 1_000
LONGEST_GAP = 40
MOST_TAGS = 4_000
DEEPEST_NESTING = 20
MOST_TURNS = 10_000
MOST_WORK = 4_000_000
LARGEST_VALUES = 1_000_000
LARGEST_OUTPUT = 2_000_000
LONGEST_RANGE = 1_000
DEEPEST_BLOCKS = 10

BLOCK = "blok"
"""What the names of shared blocks start with, with a point behind it."""

MARK = re.compile("\ue000([0-9]+)\ue001")
_MARKS = re.compile("[\ue000\ue001]")
_OPENING = re.compile(r"\{\{|\{%")
_GAP = re.compile(rf"\s{{{LONGEST_GAP + 1}}}")
_TAG_NAME = re.compile(r"\{%-?\s*(\w*)")
# A name that Liquid would not read as one: `{{ veld.1e meting }}`.
_ODD_NAME = re.compile(r"\{\{(\s*)([a-z]+)\.([^|\"'\[\]{}]*?[^|\"'\[\]{}\s])(\s*)\}\}")
_PLAIN_NAME = re.compile(r"[^\W\d][\w-]*(\.[^\W\d][\w-]*)*")
_WORDS = (
    "true false nil null empty blank and or contains not in offset limit reversed cols continue with required as if "
    "else for"
)
_WORDS_OF_LIQUID = frozenset(_WORDS.split())
_ENTITIES = {"&nbsp;": " ", "&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&", "\xa0": " "}
_ENTITY = re.compile("|".join(_ENTITIES))

BLOCKS = ("if", "unless", "case", "for", "capture", "comment")
WITHIN = {"elsif": ("if", "unless"), "when": ("case",), "else": ("if", "unless", "case", "for")}
OTHERS = ("assign", "break", "continue", "cycle")
TAGS = (*BLOCKS, *OTHERS)


class TemplateFault(Exception):
    """A template that cannot be read or filled in: `line` counts from 1, the text says what is wrong."""

    def __init__(self, message: str, line: int = 1) -> None:
        self.line = line
        super().__init__(message)


class BlockFault(TemplateFault):
    """A template in which a shared block cannot be read or filled in; the text names the block."""


@dataclass(frozen=True)
class Used:
    """A name that a template asks for: in full, as it stands there, and on which line."""

    name: str
    shown: str
    line: int


@dataclass
class Room:
    """How many letters the values of a page may still come to: a short text can repeat long ones."""

    left: int = LARGEST_OUTPUT

    def take(self, text: str) -> str:
        """Return the text, which has its place now. Raises TemplateFault when there is none."""
        self.left -= len(text)
        if self.left < 0:
            raise TemplateFault(_("This becomes too long when it is filled in."))
        return text


@dataclass
class Marked:
    """What a template became: text with marks, and the value that belongs at each mark by its number."""

    text: str
    values: list[Any] = field(default_factory=list)
    room: Room = field(default_factory=Room)


@dataclass(frozen=True)
class SharedBlock:
    """A block as a value: its name, and its text, which is a template."""

    name: str
    text: str


@dataclass(frozen=True)
class FilledBlock:
    """What the text of a block became; `text` is how it is written, `html` what was made of it, once it was."""

    text: str
    marked: Marked
    html: list[str] = field(default_factory=list)


class Blocks(dict[str, Any]):
    """Blocks by name, whatever the capitals and spaces that they are asked for with."""

    def __missing__(self, name: str) -> Any:
        for known, value in self.items():
            if block_key(known) == block_key(name):
                return value
        raise KeyError(name)


def block_key(name: str) -> str:
    """Return the name of a block as names are compared."""
    return normalize("NFC", " ".join(name.split())).lower()


@dataclass(frozen=True)
class Braces:
    """A placeholder or tag in a text: where it begins and ends."""

    start: int
    end: int


def braces_in(text: str) -> Iterator[Braces]:
    """Yield every placeholder and tag of a text in order. Raises TemplateFault for one that is not closed."""
    position = 0
    while opening := _OPENING.search(text, position):
        closing = "}}" if opening.group() == "{{" else "%}"
        end = text.find(closing, opening.end())
        if end < 0:
            message = _("%(opening)s stands alone. Write %(closing)s behind it, or a space between the two signs.")
            raise TemplateFault(
                message % {"opening": opening.group(), "closing": closing}, line_of(text, opening.start())
            )
        yield Braces(opening.start(), end + 2)
        position = end + 2


def masked(text: str) -> str:
    """Return the text with what is between braces covered: letters for a value, spaces for a tag.

    What comes back is as long as the text, so that a place in the one is a place in the other.
    """
    pieces = []
    position = 0
    for braces in braces_in(text):
        cover = "\ue002" if text.startswith("{{", braces.start) else " "
        pieces += [text[position : braces.start], cover * (braces.end - braces.start)]
        position = braces.end
    return "".join([*pieces, text[position:]])


def without_braces(text: str) -> str:
    """Return the text that is typed out: a space where a placeholder or tag stood."""
    try:
        return masked(text).replace("\ue002", " ")
    except TemplateFault:
        return text


def line_of(text: str, position: int) -> int:
    """Return the number of the line on which a place in a text is, from 1."""
    return bisect_left(_line_ends(text), position) + 1


@lru_cache(maxsize=4)
def _line_ends(text: str) -> list[int]:
    return [match.start() for match in re.finditer("\n", text)]


def used_names(text: str) -> list[str]:
    """Return the names that a template asks for, each once, in order; none of one that cannot be read."""
    try:
        return list(dict.fromkeys(used.name for used in read_template(text).used))
    except TemplateFault:
        return []


class ReadTemplate:
    """A template that was read and found within the limits."""

    def __init__(self, text: str) -> None:
        self.text = _prepared(text)
        _refuse_structure(self.text)
        self.nodes = self._parse()
        self.used = tuple(_uses(self.text, self.nodes, {}))
        _refuse_misplaced_blocks(self.text, self.nodes)

    def fill_in(self, values: Mapping[str, Any], *, is_missing_shown: bool = True) -> Marked:
        """Return the text with marks. `values` are by full name; what has none stays as it stands, or is left empty."""
        return self.fill_in_within(_Filling(nested(values), is_missing_shown))

    def fill_in_within(self, filling: "_Filling") -> Marked:
        """Return the text with marks, as part of a page of which something was filled in already."""
        template = BoundTemplate(ENVIRONMENT, self.nodes)
        context = _Context(template, globals=filling.values)
        context.filling = filling
        buffer = LimitedStringIO(limit=LARGEST_OUTPUT)
        try:
            template.render_with_context(context, buffer)
        except OutputStreamLimitError as error:
            raise TemplateFault(_("This becomes too long when it is filled in.")) from error
        except TooMuch as error:
            raise TemplateFault(_("This takes too much work to fill in: repeat less.")) from error
        except (LiquidError, RecursionError, ArithmeticError, ValueError, TypeError) as error:
            raise TemplateFault(_unreadable(self.text, error), _line_of_error(self.text, error)) from error
        return Marked(buffer.getvalue(), context.outputs, filling.room)

    def _parse(self) -> list[Node]:
        try:
            return ENVIRONMENT.from_string(self.text).nodes
        except (LiquidError, RecursionError) as error:
            raise TemplateFault(_unreadable(self.text, error), _line_of_error(self.text, error)) from error


@lru_cache(maxsize=32)
def read_template(text: str) -> ReadTemplate:
    """Read a template. Raises TemplateFault, with the line, when it is not Liquid or reaches beyond the limits."""
    return ReadTemplate(text)


def block_names(text: str) -> list[str]:
    """Return the names of the shared blocks that a template asks for, each once, in order."""
    return [name.removeprefix(f"{BLOCK}.") for name in used_names(text) if name.startswith(f"{BLOCK}.")]


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by full name as groups: `klant.naam` becomes `naam` in the group `klant`."""
    groups: dict[str, Any] = {}
    for name, value in values.items():
        group, _dot, rest = name.partition(".")
        if rest:
            groups.setdefault(group, Blocks() if group == BLOCK else Group())[rest] = value
        else:
            groups[group] = value
    return groups


class Group(dict[str, Any]):
    """Values by the rest of their name. A name may have a point in it: `a.b` is `b` of what `a` stands for."""

    def __missing__(self, name: str) -> "Group":
        rest = {key.removeprefix(f"{name}."): value for key, value in self.items() if key.startswith(f"{name}.")}
        if not rest:
            raise KeyError(name)
        return Group(rest)


# --- reading ----------------------------------------------------------------------------------------------------------


def _prepared(text: str) -> str:
    """What an editor of rich text makes of signs between braces is undone; marks of ours are nobody else's."""
    unmarked = _MARKS.sub("\ufffd", text)
    pieces = []
    position = 0
    for number, braces in enumerate(braces_in(unmarked), start=1):
        if number > MOST_TAGS:
            message = _("At most %(number)d placeholders and tags may stand in one text.")
            raise TemplateFault(message % {"number": MOST_TAGS}, line_of(unmarked, braces.start))
        _refuse_long(unmarked, braces)
        inner = _ENTITY.sub(lambda match: _ENTITIES[match.group()], unmarked[braces.start : braces.end])
        inner = _ODD_NAME.sub(_in_brackets, inner)
        pieces += [unmarked[position : braces.start], inner]
        position = braces.end
    return "".join([*pieces, unmarked[position:]])


def _in_brackets(match: re.Match[str]) -> str:
    before, group, name, after = match.groups()
    # In the name of a block a point is a sign like any other.
    is_plain = group != BLOCK and _PLAIN_NAME.fullmatch(name) and not _WORDS_OF_LIQUID.intersection(name.split("."))
    return match.group() if is_plain else f'{{{{{before}{group}["{name}"]{after}}}}}'


def _refuse_long(text: str, braces: Braces) -> None:
    # The readers of Liquid look for the end of what is between braces again from every space in it.
    if braces.end - braces.start > LONGEST_TAG or _GAP.search(text, braces.start, braces.end):
        message = _("What stands between these braces is too long: %(begin)s…")
        raise TemplateFault(message % {"begin": text[braces.start : braces.start + 30]}, line_of(text, braces.start))


def _refuse_structure(text: str) -> None:
    """Refuse tags that there are not, and blocks that do not end where they should, in better words than Liquid has."""
    opened: list[tuple[str, int]] = []
    for braces in braces_in(text):
        if text.startswith("{{", braces.start):
            if not text[braces.start + 2 : braces.end - 2].strip(" -\t\r\n"):
                message = _("There is no name between these braces. Choose one from the list of placeholders.")
                raise TemplateFault(message, line_of(text, braces.start))
            continue
        match = _TAG_NAME.match(text, braces.start)
        name = match.group(1) if match else ""
        if opened and opened[-1][0] == "comment" and name not in ("endcomment", "raw", "doc"):
            continue
        _take_tag(text, name, braces, opened)
    if opened:
        name, start = opened[-1]
        message = _("{%% %(name)s %%} is not closed: write {%% end%(name)s %%} behind it.")
        raise TemplateFault(message % {"name": name}, line_of(text, start))


def _take_tag(text: str, name: str, braces: Braces, opened: list[tuple[str, int]]) -> None:
    innermost = opened[-1][0] if opened else ""
    line = line_of(text, braces.start)
    if name in BLOCKS:
        opened.append((name, braces.start))
        if len(opened) > DEEPEST_NESTING:
            message = _("At most %(number)d blocks may stand within each other.")
            raise TemplateFault(message % {"number": DEEPEST_NESTING}, line)
    elif name.startswith("end") and name[3:] in BLOCKS:
        if innermost != name[3:]:
            raise TemplateFault(_("{%% %(name)s %%} closes nothing here.") % {"name": name}, line)
        opened.pop()
    elif name in WITHIN:
        if innermost not in WITHIN[name]:
            raise TemplateFault(_("{%% %(name)s %%} belongs to nothing here.") % {"name": name}, line)
    elif name not in OTHERS:
        shown = text[braces.start : braces.end]
        message = _("%(tag)s is no tag that a template may have. These are: %(tags)s.")
        raise TemplateFault(message % {"tag": shown[:60], "tags": ", ".join(TAGS)}, line)


def _unreadable(text: str, error: Exception) -> str:
    position = _position_of_error(error)
    begin = max(text.rfind("{{", 0, position + 2), text.rfind("{%", 0, position + 2)) if position is not None else -1
    if begin < 0:
        return str(_("This template cannot be read. Look at what stands between braces."))
    ends = [end for end in (text.find("}}", begin), text.find("%}", begin)) if end >= 0]
    shown = text[begin : min(ends) + 2] if ends else text[begin:]
    return str(_("This cannot be read: %(shown)s") % {"shown": shown[:80]})


def _position_of_error(error: Exception) -> int | None:
    token = getattr(error, "token", None)
    return token.start_index if token is not None and token.start_index >= 0 else None


def _line_of_error(text: str, error: Exception) -> int:
    position = _position_of_error(error)
    return line_of(text, position) if position is not None else 1


# --- which names ------------------------------------------------------------------------------------------------------

Scope = Mapping[str, str]
"""Names that a template gives itself, with the full name of what they stand for where that is known."""


def _uses(text: str, nodes: list[Node], scope: Scope) -> Iterator[Used]:
    inner = dict(scope)
    for node in nodes:
        for expression in node.expressions():
            yield from _uses_of_expression(text, expression, inner)
        inner |= {str(name): "" for name in node.template_scope()}
        within = {**inner, **{str(name): "" for name in node.block_scope()}}
        if isinstance(node, for_tag.ForNode) and isinstance(node.expression.iterable, Path):
            within[node.expression.identifier] = _full_name(node.expression.iterable, inner)
        children = list(node.children(ENVIRONMENT_CONTEXT, include_partials=False))
        yield from _uses(text, children, within)
        # What is assigned in a block stays known behind it.
        inner |= {name: "" for child in children for name in _assigned(child)}


def _assigned(node: Node) -> Iterator[str]:
    yield from (str(name) for name in node.template_scope())
    for child in node.children(ENVIRONMENT_CONTEXT, include_partials=False):
        yield from _assigned(child)


def _uses_of_expression(text: str, expression: Expression, scope: Scope) -> Iterator[Used]:
    line = line_of(text, max(expression.token.start_index, 0))
    if isinstance(expression, Path):
        if expression.path[0] == BLOCK and BLOCK not in scope:
            name = _name_of_block(expression)
            yield Used(name, name, line)
            return
        if any(isinstance(segment, Path) for segment in expression.path):
            raise TemplateFault(_("A name between [ and ] is a number or stands between quotes."), line)
        root = str(expression.path[0])
        if root not in scope or scope[root]:
            yield Used(_full_name(expression, scope), str(expression), line)
    if isinstance(expression, RangeLiteral):
        _refuse_long_range(expression, line)
    for name in (part.name for part in getattr(expression, "filters", None) or () if isinstance(part, Filter)):
        if name not in FILTERS:
            message = _("There is no filter “%(name)s”. These there are: %(filters)s.")
            raise TemplateFault(message % {"name": name, "filters": ", ".join(sorted(FILTERS))}, line)
    for child in expression.children():
        yield from _uses_of_expression(text, child, scope)


def _name_of_block(path: Path) -> str:
    return ".".join(str(segment) for segment in path.path)


def _refuse_misplaced_blocks(text: str, nodes: list[Node]) -> None:
    """A block is a piece of the text: it has no filters, and nothing is decided by it."""
    for node in nodes:
        for expression in node.expressions():
            if isinstance(node, output_tag.OutputNode) and _is_whole_block(expression):
                continue
            for used in _uses_of_expression(text, expression, {}):
                if used.name.startswith(f"{BLOCK}."):
                    message = _("A shared block stands by itself between braces: {{ %(name)s }}.")
                    raise TemplateFault(message % {"name": used.name}, used.line)
        _refuse_misplaced_blocks(text, list(node.children(ENVIRONMENT_CONTEXT, include_partials=False)))


def _is_whole_block(expression: Expression) -> bool:
    """Whether an expression is the name of something and no more."""
    return isinstance(expression, FilteredExpression) and isinstance(expression.left, Path) and not expression.filters


def _full_name(path: Path, scope: Scope) -> str:
    """`regel.aantal` of a line of `factuur.regels` is `factuur.regels.aantal`, and so is `factuur.regels[0].aantal`."""
    segments = [str(segment) for segment in path.path if isinstance(segment, str)]
    root = scope.get(segments[0], segments[0]) if segments else ""
    rest = [name for name in segments[1:] if name not in ("first", "last")]
    if rest and rest[-1] == "size":
        rest.pop()
    return ".".join([root, *rest])


def _refuse_long_range(expression: RangeLiteral, line: int) -> None:
    ends = (expression.start, expression.stop)
    numbers = [end.value for end in ends if isinstance(end, IntegerLiteral)]
    if len(numbers) < len(ends) or abs(numbers[1] - numbers[0]) > LONGEST_RANGE:
        message = _("A range has two numbers that are at most %(number)d apart, such as (1..5).")
        raise TemplateFault(message % {"number": LONGEST_RANGE}, line)


# --- filling in -------------------------------------------------------------------------------------------------------


@dataclass
class _Filling:
    """What is known while a page is filled in, its blocks included: the values, and how much work it was so far."""

    values: Mapping[str, Any]
    is_missing_shown: bool = True
    turns: int = 0
    work: int = 0
    room: Room = field(default_factory=Room)
    filled: dict[str, FilledBlock] = field(default_factory=dict)
    within: list[str] = field(default_factory=list)

    def fill_in_block(self, block: SharedBlock) -> FilledBlock:
        """Return what a block became; the same wherever it stands, so it is filled in once."""
        if block.name not in self.filled:
            if block.name in self.within:
                ring = " → ".join([*self.within, block.name])
                raise BlockFault(_("Shared blocks stand in each other: %(ring)s.") % {"ring": ring})
            if len(self.within) >= DEEPEST_BLOCKS:
                words = _("At most %(number)d shared blocks may stand within each other.")
                raise BlockFault(words % {"number": DEEPEST_BLOCKS})
            self.within.append(block.name)
            self.filled[block.name] = FilledBlock(block.text, self._became(block))
            self.within.pop()
        return self.filled[block.name]

    def _became(self, block: SharedBlock) -> Marked:
        try:
            return read_template(block.text).fill_in_within(self)
        except BlockFault:
            raise
        except TemplateFault as fault:
            facts = {"name": block.name, "line": fault.line, "words": fault}
            raise BlockFault(_("Shared block “%(name)s”, line %(line)d: %(words)s") % facts) from fault


class _Context(RenderContext):
    """What is known while one text is filled in: the values so far."""

    filling: _Filling

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.outputs: list[Any] = []
        self.weights: list[int] = []

    def mark(self, value: Any) -> str:
        """Keep a value and return the mark for it."""
        self.outputs.append(value)
        return f"\ue000{len(self.outputs) - 1}\ue001"

    @contextmanager
    def weighing(self, weight: int) -> Iterator[None]:
        """Count each turn of the loops within as this many letters of work."""
        self.weights.append(weight)
        yield
        self.weights.pop()

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Count the turns of a loop that begins; Liquid's own limit is per nest and forgets the loop before."""
        self.filling.turns += length
        self.filling.work += length * (self.weights[-1] if self.weights else 1)
        if self.filling.turns > MOST_TURNS or self.filling.work > MOST_WORK:
            raise TooMuch


class _OutputNode(output_tag.OutputNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, _Context)
        value = self.expression.evaluate(context)
        if is_undefined(value):
            is_shown = context.filling.is_missing_shown
            value = Missing("{{ " + _as_written(self.expression) + " }}") if is_shown else Missing()
        if isinstance(value, SharedBlock):
            value = context.filling.fill_in_block(value)
        if isinstance(value, Captured):
            return buffer.write(value)
        return buffer.write(context.mark(value))


def _as_written(expression: Expression) -> str:
    path = expression.left if isinstance(expression, FilteredExpression) else expression
    return _name_of_block(path) if isinstance(path, Path) and path.path[0] == BLOCK else str(expression)


class _Output(output_tag.Output):
    node_class = _OutputNode


class Missing(str):
    """What stands in place of a value that there is not."""


class Captured(str):
    """What a template gathered in itself: text of the template, with marks for the values in it."""


class _CaptureNode(capture_tag.CaptureNode):
    def _assign(self, context: RenderContext, buf: StringIO) -> None:
        context.assign(self.name, Captured(buf.getvalue()))


class _Capture(capture_tag.CaptureTag):
    node_class = _CaptureNode


class _ForNode(for_tag.ForNode):
    __slots__ = ("weight",)
    weight: int

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, _Context)
        with context.weighing(self.weight):
            return super().render_to_output(context, buffer)


class _For(for_tag.ForTag):
    node_class = _ForNode

    def parse(self, stream: TokenStream) -> Node:
        start = stream.current.start_index
        node = super().parse(stream)
        assert isinstance(node, _ForNode)
        node.weight = stream.current.start_index - start
        return node


class _Environment(Environment):
    """Liquid with the tags and filters of ours: nothing that reads a file or another template."""

    block_nesting_limit = 2 * DEEPEST_NESTING
    context_depth_limit = 2 * DEEPEST_NESTING
    local_namespace_limit = LARGEST_VALUES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        own = (_Output, _Capture, _For)
        theirs = (
            *(content.Literal, illegal.Illegal, if_tag.IfTag, unless_tag.UnlessTag, case_tag.CaseTag),
            *(for_tag.BreakTag, for_tag.ContinueTag, assign_tag.AssignTag, cycle_tag.CycleTag),
            comment_tag.CommentTag,
        )
        for tag in (*own, *theirs):
            self.add_tag(tag)
        self.filters = dict(FILTERS)


ENVIRONMENT = _Environment()
ENVIRONMENT_CONTEXT = RenderContext(BoundTemplate(ENVIRONMENT, []))


def text_of(value: Any) -> str:
    """Return a value as text, without marks that it may have brought along."""
    return _MARKS.sub("", str(to_liquid_string(value, False)))
