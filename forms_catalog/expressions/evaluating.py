"""What a rule or formula comes to with the answers that were given. What cannot be worked out is empty."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from typing import Any

import re2
from lark import Token, Tree
from lark.visitors import Interpreter

from tenants.entries import Unreadable as UnreadableEntry
from tenants.entries import as_text, read_date, read_date_time, read_number, read_time

from .language import Expression

LONGEST_TEXT = 4000
LARGEST = Decimal(10) ** 15
MOST_DECIMALS = 6
DIGITS = 34


@dataclass(frozen=True)
class Scope:
    """What a rule can see: the answers by the id of their field, the answer that it is about, and the day."""

    answers: Mapping[str, Any]
    today: date
    itself: Any = None


def holds(expression: Expression, scope: Scope) -> bool:
    """Return whether a rule holds; one that is empty or cannot be worked out does not."""
    return is_true(value_of(expression, scope))


def value_of(expression: Expression, scope: Scope) -> Any:
    """Return what a formula comes to: a number, text, day, list or truth; None where it cannot be worked out."""
    with localcontext(Context(prec=DIGITS)):
        value = _Evaluating(scope).visit(expression.tree)
    return _bounded(value)


def is_true(value: Any) -> bool:
    """Return whether a value counts as yes: as in XLSForm, whatever is there and is not zero or "false"."""
    return bool(value) and value != "false"


def _bounded(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value if value.is_finite() and abs(value) < LARGEST else None
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


class _Evaluating(Interpreter[Token, Any]):
    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def number(self, tree: "Tree[Token]") -> Decimal:
        return Decimal(str(tree.children[0]))

    def text(self, tree: "Tree[Token]") -> str:
        return str(tree.children[0])[1:-1]

    def field(self, tree: "Tree[Token]") -> Any:
        return self.scope.answers.get(str(tree.children[0]))

    def itself(self, tree: "Tree[Token]") -> Any:
        return self.scope.itself

    def either(self, tree: "Tree[Token]") -> bool:
        return any(is_true(self._of(child)) for child in tree.children)

    def both(self, tree: "Tree[Token]") -> bool:
        return all(is_true(self._of(child)) for child in tree.children)

    def comparison(self, tree: "Tree[Token]") -> bool:
        one, sign, other = tree.children
        return _compare(str(sign), self._of(one), self._of(other))

    def sum(self, tree: "Tree[Token]") -> Any:
        return self._from_left(tree)

    def product(self, tree: "Tree[Token]") -> Any:
        return self._from_left(tree)

    def negative(self, tree: "Tree[Token]") -> Decimal | None:
        number = as_number(self._of(tree.children[0]))
        return None if number is None else -number

    def call(self, tree: "Tree[Token]") -> Any:
        name, *rest = tree.children
        if name == "if":
            condition, then, otherwise = rest
            return self._of(then if is_true(self._of(condition)) else otherwise)
        if name == "today":
            return self.scope.today
        return CALLED[str(name)](*(self._of(child) for child in rest))

    def _of(self, node: "Token | Tree[Token]") -> Any:
        assert isinstance(node, Tree)
        return self.visit(node)

    def _from_left(self, tree: "Tree[Token]") -> Any:
        first, *rest = tree.children
        value = self._of(first)
        for sign, child in zip(rest[::2], rest[1::2], strict=True):
            value = _bounded(_calculate(str(sign), value, self._of(child)))
        return value


def as_number(value: Any) -> Decimal | None:
    """Return a value as a number; None where it is none."""
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, Decimal):
        return value
    try:
        return read_number(value) if isinstance(value, str) else None
    except UnreadableEntry:
        return None


def as_words(value: Any) -> str:
    """Return a value as a text; nothing is an empty one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(as_words(one) for one in value)
    return "" if value is None else as_text(value)


def _compare(sign: str, one: Any, other: Any) -> bool:
    if isinstance(one, list) or isinstance(other, list):
        return _compare_list(sign, one, other)
    if sign == "!=":
        return not _equal(one, other)
    if sign == "=":
        return _equal(one, other)
    pair = _comparable(one, other)
    if pair is None:
        return False
    left, right = pair
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def _compare_list(sign: str, one: Any, other: Any) -> bool:
    """Of several answers one is enough, and none of them equals what is asked where they are to differ."""
    ones = one if isinstance(one, list) else [one]
    others = other if isinstance(other, list) else [other]
    if sign == "!=":
        return not _compare_list("=", one, other)
    if not ones or not others:
        return sign == "=" and all(not value for value in [*ones, *others])
    return any(_compare(sign, left, right) for left in ones for right in others)


def _equal(one: Any, other: Any) -> bool:
    pair = _comparable(one, other)
    return as_words(one) == as_words(other) if pair is None else bool(pair[0] == pair[1])


def _comparable(one: Any, other: Any) -> tuple[Any, Any] | None:
    """Both as the same sort of value: as days, times or numbers where one of them is, else as texts."""
    if one in (None, "") or other in (None, ""):
        return None
    for kind, read in READ_AS:
        if isinstance(one, kind) or isinstance(other, kind):
            both = read(one), read(other)
            return None if None in both else both
    return as_words(one), as_words(other)


def _read_with(reader: Callable[[Any], Any], kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, kind) and type(value) is kind:
            return value
        try:
            return reader(value) if isinstance(value, str) else None
        except UnreadableEntry:
            return None

    return read


def _read_moment(value: Any) -> datetime | None:
    if type(value) is date:
        return datetime.combine(value, time())
    read: datetime | None = _read_with(read_date_time, datetime)(value)
    return read


READ_AS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (datetime, _read_moment),
    (date, _read_with(read_date, date)),
    (time, _read_with(read_time, time)),
    ((Decimal, bool), as_number),
)
"""How two values are compared where one of them is of this sort. Moments go first: to Python a moment is a day too."""


def _calculate(sign: str, one: Any, other: Any) -> Any:
    if isinstance(one, date) or isinstance(other, date):
        return _with_days(sign, one, other)
    left = as_number(one)
    right = as_number(other)
    if left is None or right is None:
        return None
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    return _divided(sign, left, right)


def _divided(sign: str, left: Decimal, right: Decimal) -> Decimal | None:
    if right == 0:
        return None
    try:
        return left / right if sign == "div" else left % right
    except InvalidOperation:
        return None


def _with_days(sign: str, one: Any, other: Any) -> Any:
    """A day and a number of days give a day, two days the number of days between them."""
    days = as_number(other)
    if isinstance(one, date) and days is not None and sign in ("+", "-"):
        try:
            return one + timedelta(days=int(days if sign == "+" else -days))
        except OverflowError:
            return None
    first = _day_of(one)
    second = _day_of(other)
    return Decimal((first - second).days) if sign == "-" and first and second else None


def _day_of(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    read: date | None = _read_with(read_date, date)(value)
    return read


def _numbers(values: tuple[Any, ...]) -> list[Decimal]:
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [number for number in map(as_number, flat) if number is not None]


def _round(value: Any, decimals: Any = Decimal(0)) -> Decimal | None:
    number = as_number(value)
    places = as_number(decimals)
    if number is None or places is None or not 0 <= places <= MOST_DECIMALS or abs(number) >= LARGEST:
        return None
    return number.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


def _whole(value: Any) -> Decimal | None:
    number = as_number(value)
    return None if number is None or abs(number) >= LARGEST else number.quantize(Decimal(1), ROUND_DOWN)


def _absolute(value: Any) -> Decimal | None:
    number = as_number(value)
    return None if number is None else abs(number)


def _count(value: Any) -> Decimal:
    if isinstance(value, list):
        return Decimal(len(value))
    return Decimal(0 if value in (None, "") else 1)


def _selected(value: Any, code: Any) -> bool:
    return as_words(code) in (value if isinstance(value, list) else [as_words(value)])


def _matches(value: Any, pattern: Any) -> bool:
    # re2 and not re: a pattern that somebody wrote must not be able to take for ever.
    try:
        return re2.fullmatch(as_words(pattern), as_words(value)) is not None
    except re2.error:
        return False


CALLED: dict[str, Callable[..., Any]] = {
    "abs": _absolute,
    "coalesce": lambda *values: next((value for value in values if value not in (None, "", [])), None),
    "concat": lambda *values: "".join(as_words(value) for value in values),
    "contains": lambda text, part: as_words(part) in as_words(text),
    "count": _count,
    "count-selected": _count,
    "ends-with": lambda text, part: as_words(text).endswith(as_words(part)),
    "false": lambda: False,
    "int": _whole,
    "max": lambda *values: max(_numbers(values), default=None),
    "min": lambda *values: min(_numbers(values), default=None),
    "not": lambda value: not is_true(value),
    "number": as_number,
    "regex": _matches,
    "round": _round,
    "selected": _selected,
    "starts-with": lambda text, part: as_words(text).startswith(as_words(part)),
    "string": as_words,
    "string-length": lambda text: Decimal(len(as_words(text))),
    "sum": lambda value: sum(_numbers((value,)), Decimal(0)),
    "true": lambda: True,
}
"""What each function does; `if` and `today` stand in the evaluation, as they need more than values."""
