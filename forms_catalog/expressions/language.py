"""Reading a rule or formula: its grammar, what it names, and its limits in size and depth."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import re2
from django.utils.translation import gettext as _
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

LONGEST = 2000
DEEPEST = 20
MOST_PIECES = 300
KEPT_READ = 4096

GRAMMAR = r"""
?start: either
?either: both (_OR both)*
?both: comparison (_AND comparison)*
?comparison: sum [COMPARED sum]
?sum: product (ADDED product)*
?product: signed (TIMES signed)*
?signed: _MINUS signed -> negative | atom
?atom: NUMBER -> number
    | STRING -> text
    | "${" NAME "}" -> field
    | "." -> itself
    | FUNCTION "(" [either ("," either)*] ")" -> call
    | "(" either ")"

_OR: "or"
_AND: "and"
COMPARED: "!=" | "<=" | ">=" | "=" | "<" | ">"
ADDED: "+" | "-"
_MINUS: "-"
TIMES: "*" | "div" | "mod"
NUMBER: /[0-9]{1,12}(\.[0-9]{1,6})?/
STRING: /'[^']*'|"[^"]*"/
NAME: /[a-zA-Z0-9_-]+/
FUNCTION: /[a-z][a-z-]*(?=\s*\()/

%ignore /[ \t\r\n]+/
"""

FUNCTIONS = {
    "abs": (1, 1),
    "coalesce": (2, 10),
    "concat": (1, 20),
    "contains": (2, 2),
    "count": (1, 1),
    "count-selected": (1, 1),
    "ends-with": (2, 2),
    "false": (0, 0),
    "if": (3, 3),
    "int": (1, 1),
    "max": (1, 20),
    "min": (1, 20),
    "not": (1, 1),
    "number": (1, 1),
    "regex": (2, 2),
    "round": (1, 2),
    "selected": (2, 2),
    "starts-with": (2, 2),
    "string": (1, 1),
    "string-length": (1, 1),
    "sum": (1, 1),
    "today": (0, 0),
    "true": (0, 0),
}
"""The functions, with the fewest and the most values that each takes."""

_PARSER = Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


class Unreadable(ValueError):
    """A text that is no rule or formula; the message says what is wrong with it."""


@dataclass(frozen=True)
class Compared:
    """An answer that an expression asks of a field by name, such as `${soort} = 'cv'`."""

    name: str
    answer: str
    place: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Expression:
    """A rule or formula that can be evaluated."""

    text: str
    tree: "Tree[Token]"
    names: frozenset[str]
    compared: tuple[Compared, ...]
    uses_itself: bool


@lru_cache(KEPT_READ)
def parse(text: str) -> Expression:
    """Return the expression that a text is. Raises Unreadable."""
    if len(text) > LONGEST:
        raise Unreadable(_("A rule has at most %(most)d characters.") % {"most": LONGEST})
    try:
        tree = _PARSER.parse(text)
    except UnexpectedInput as error:
        raise Unreadable(_where(text, error)) from None
    if isinstance(tree, Token):
        tree = Tree("text", [tree])
    _check(tree)
    names = frozenset(str(node.children[0]) for node in tree.find_data("field"))
    return Expression(text, tree, names, tuple(_compared(tree)), any(tree.find_data("itself")))


def problem_of(text: str) -> str:
    """Return why a text is no rule or formula, as a sentence; empty when it is one."""
    try:
        return problem_of_patterns(parse(text))
    except Unreadable as error:
        return str(error)


def problem_of_patterns(expression: Expression) -> str:
    """Return which pattern that an expression spells out cannot be read, as a sentence: such a one matches nothing."""
    for call in expression.tree.find_data("call"):
        pattern = call.children[-1]
        if call.children[0] != "regex" or not isinstance(pattern, Tree) or pattern.data != "text":
            continue
        (token,) = pattern.children
        spelled = str(token)[1:-1]
        if not is_pattern(spelled):
            return _("The pattern “%(pattern)s” of regex() cannot be read.") % {"pattern": spelled}
    return ""


def is_pattern(text: str) -> bool:
    """Whether re2 can read this; it knows no looking ahead or back."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options)
    except re2.error:
        return False
    return True


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Return a rule with fields under other ids: by their former id, the new one. What cannot be read stays."""
    return _replaced(text, lambda tree: _name_places(tree, names))


def with_options(text: str, name: str, options: Mapping[str, str]) -> str:
    """Return a rule in which answers of one field are called otherwise: by their former code, the new one."""
    return _replaced(text, lambda tree: _option_places(tree, name, options))


Places = Iterator[tuple[tuple[int, int], str]]


def _replaced(text: str, places_of: Callable[["Tree[Token]"], Places]) -> str:
    try:
        tree = parse(text).tree
    except Unreadable:
        return text
    # From the end, so that the places before stay where they are.
    for (start, end), new in sorted(places_of(tree), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _name_places(tree: "Tree[Token]", names: Mapping[str, str]) -> Places:
    for node in tree.find_data("field"):
        (name,) = node.children
        if str(name) in names:
            yield _place(name), names[str(name)]


def _option_places(tree: "Tree[Token]", name: str, options: Mapping[str, str]) -> Places:
    for compared in _compared(tree):
        if compared.name == name and compared.answer in options:
            yield compared.place, quoted(options[compared.answer])


def quoted(text: str) -> str:
    """Return a text as a rule writes it."""
    return f'"{text}"' if "'" in text else f"'{text}'"


def _place(token: object) -> tuple[int, int]:
    assert isinstance(token, Token)
    assert token.start_pos is not None
    assert token.end_pos is not None
    return token.start_pos, token.end_pos


def _compared(tree: "Tree[Token]") -> Iterator[Compared]:
    for node in tree.iter_subtrees():
        sides = [child for child in node.children if isinstance(child, Tree)]
        is_asked = node.data == "comparison" or (node.data == "call" and node.children[0] == "selected")
        if not is_asked or len(sides) != 2:
            continue
        fields = [side for side in sides if side.data == "field"]
        texts = [side for side in sides if side.data == "text"]
        if fields and texts:
            (token,) = texts[0].children
            yield Compared(str(fields[0].children[0]), str(token)[1:-1], _place(token))


def _check(tree: "Tree[Token]") -> None:
    # By hand and not by recursion: what is too deep must be refused before anything goes down into it.
    ahead: list[tuple[Tree[Token], int]] = [(tree, 1)]
    pieces = 0
    while ahead:
        node, depth = ahead.pop()
        pieces += 1
        if depth > DEEPEST:
            raise Unreadable(_("This rule is nested too deeply: at most %(most)d levels.") % {"most": DEEPEST})
        if pieces > MOST_PIECES:
            raise Unreadable(_("This rule is too large: at most %(most)d pieces.") % {"most": MOST_PIECES})
        if node.data == "call":
            _check_call(node)
        ahead += [(child, depth + 1) for child in node.children if isinstance(child, Tree)]


def _check_call(node: "Tree[Token]") -> None:
    name = str(node.children[0])
    if name not in FUNCTIONS:
        known = ", ".join(f"{one}()" for one in sorted(FUNCTIONS))
        raise Unreadable(_("%(name)s() does not exist. What does: %(known)s.") % {"name": name, "known": known})
    fewest, most = FUNCTIONS[name]
    if not fewest <= len(node.children) - 1 <= most:
        raise Unreadable(_("%(name)s() has a value too many or too few between its brackets.") % {"name": name})


def _where(text: str, error: UnexpectedInput) -> str:
    place = error.pos_in_stream
    # Of what lacks its end the parser names the piece before.
    is_at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if is_at_end or place is None or not 0 <= place < len(text.rstrip()):
        return str(_("This rule stops too early: something is missing at its end."))
    shown = text[place : place + 20]
    message = str(_("This rule cannot be read from “%(text)s” on.") % {"text": shown})
    if _is_in_number(text, place):
        message += " " + str(_("Write a number in it with digits and a point, such as 1000 or 1.5."))
    return message


def _is_in_number(text: str, place: int) -> bool:
    """Whether what cannot be read belongs to a number that is not written as one: 1,5 or 1_000 or ١٢."""
    first = text[place]
    is_after_digit = place > 0 and text[place - 1] in "0123456789"
    return first.isdigit() or (is_after_digit and (first in ",._" or first.isalpha()))
