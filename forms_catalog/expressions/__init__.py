"""Rules and formulas of forms: a small language of its own, as XLSForm writes it. Pure."""

from .evaluating import Scope, holds, value_of
from .language import Expression, Unreadable, parse, problem_of, problem_of_patterns, with_names, with_options

__all__ = [
    "Expression",
    "Scope",
    "Unreadable",
    "holds",
    "parse",
    "problem_of",
    "problem_of_patterns",
    "value_of",
    "with_names",
    "with_options",
]
