"""The filters that a template may put a value through: Liquid's own, with a limit on what comes out, and some of ours.

There is none that makes HTML of a text: values are escaped where they are put in, whatever they went through.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.utils import dateformat
from liquid.builtin.filters import array, math, misc, string
from liquid.filter import string_filter

LARGEST_TEXT = 500_000
LONGEST_LIST = 20_000
LARGEST_NUMBER = 10**15

_WRITTEN_DATE = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})$")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DATE_SIGN = re.compile(r"%-?([a-zA-Z%])")
_DATE_SIGNS = {
    **{"d": "d", "e": "j", "m": "m", "y": "y", "Y": "Y", "B": "F", "b": "b", "A": "l", "a": "D"},
    **{"H": "H", "M": "i", "S": "s", "j": "z", "V": "W", "u": "N"},
}
_WITHOUT_ZERO = {"d": "j", "m": "n", "H": "G"}

Function = Callable[..., Any]


class TooMuch(Exception):
    """Filling in a template takes more work, or becomes larger, than is allowed."""


class InAddress(str):
    """A text that is written for an address already, so that it is not encoded a second time."""


def _limited(function: Function) -> Function:
    @wraps(function)
    def wrapper(value: Any, *given: Any, **options: Any) -> Any:
        for one in (value, *given, *options.values()):
            _refuse_large(one)
        result = function(value, *given, **options)
        _refuse_large(result)
        return result

    return wrapper


def _refuse_large(value: Any) -> None:
    if isinstance(value, str) and len(value) > LARGEST_TEXT:
        raise TooMuch
    if isinstance(value, (list, tuple, range)) and len(value) > LONGEST_LIST:
        raise TooMuch
    # Not a number (nan) is neither more nor less.
    if isinstance(value, (int, float)) and not abs(value) <= LARGEST_NUMBER:
        raise TooMuch


def _replace(value: Any, old: Any, new: Any = "", *_more: Any) -> str:
    """As Liquid does, after reckoning how long it becomes: each letter could be replaced by a text as long as all."""
    text, former, latter = _text(value), _text(old), _text(new)
    if len(text) + text.count(former) * len(latter) > LARGEST_TEXT:
        raise TooMuch
    return text.replace(former, latter)


def _join(value: Any, between: Any = " ") -> str:
    items = [_text(item) for item in value] if isinstance(value, (list, tuple, range)) else [_text(value)]
    glue = _text(between)
    if sum(map(len, items)) + len(glue) * len(items) > LARGEST_TEXT:
        raise TooMuch
    return glue.join(items)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


@string_filter
def _as_it_is(value: str) -> str:
    """What asks for escaping in other products: here every value is escaped, once."""
    return value


@string_filter
def _url_encode(value: str) -> InAddress:
    return InAddress(quote(value, safe=""))


@string_filter
def _squish(value: str) -> str:
    return " ".join(value.split())


def _date(value: Any, pattern: Any = "%d-%m-%Y") -> Any:
    """A day or moment in another form; what is no date stays as it is. Names of days and months are the reader's."""
    moment = _read_date(value)
    if moment is None:
        return value

    def written(match: re.Match[str]) -> str:
        sign = match.group(1)
        code = _WITHOUT_ZERO.get(sign) if match.group().startswith("%-") else None
        code = code or _DATE_SIGNS.get(sign)
        return dateformat.format(moment, code) if code else match.group()

    return _DATE_SIGN.sub(written, _text(pattern))


def _read_date(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    text = _text(value).strip()
    if match := _WRITTEN_DATE.match(text):
        day, month, year = match.groups()
    elif match := _ISO_DATE.match(text):
        year, month, day = match.groups()
    else:
        return None
    try:
        return datetime(int(year), int(month), int(day))
    except ValueError:
        return None


_TEXT_FILTERS: dict[str, Function] = {
    "append": string.append,
    "capitalize": string.capitalize,
    "downcase": string.downcase,
    "upcase": string.upcase,
    "prepend": string.prepend,
    "slice": string.slice_,
    "split": string.split,
    "strip": string.strip,
    "lstrip": string.lstrip,
    "rstrip": string.rstrip,
    "truncate": string.truncate,
    "truncatewords": string.truncatewords,
    "squish": _squish,
    "strip_newlines": _squish,
    "remove": _replace,
    "replace": _replace,
    "url_encode": _url_encode,
    "escape": _as_it_is,
    "escape_once": _as_it_is,
    "newline_to_br": _as_it_is,
    "date": _date,
}
_LIST_FILTERS: dict[str, Function] = {
    "join": _join,
    "first": array.first,
    "last": array.last,
    "concat": array.concat,
    "compact": array.compact,
    "map": array.map_,
    "reverse": array.reverse,
    "sort": array.sort,
    "sort_natural": array.sort_natural,
    "uniq": array.uniq,
    "where": array.where,
    "size": misc.size,
    "default": misc.default,
}
_NUMBER_FILTERS: dict[str, Function] = {
    "abs": math.abs_,
    "at_least": math.at_least,
    "at_most": math.at_most,
    "ceil": math.ceil,
    "divided_by": math.divided_by,
    "floor": math.floor,
    "minus": math.minus,
    "modulo": math.modulo,
    "plus": math.plus,
    "round": math.round_,
    "times": math.times,
}
FILTERS: dict[str, Function] = {
    name: _limited(function) for name, function in (_TEXT_FILTERS | _LIST_FILTERS | _NUMBER_FILTERS).items()
}
"""The filters by name. Those of numbers read a text that is a number, and take any other for 0."""
