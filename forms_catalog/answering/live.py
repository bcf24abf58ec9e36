"""What a form that is being filled in shows, asks and comes to so far. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from .answers import Answered
from .entries import in_words
from .questions import Questions


def so_far(questions: Questions, answers: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return the names of the questions that are shown and required, and what is calculated, in words, by name."""
    answered = Answered(questions, answers, today)
    fields = list(answered.shown())
    return {
        "shown": [one.name for one in fields],
        "required": [one.name for one in fields if one.is_required],
        "sections": [section.section["key"] for section in answered.sections if section.is_shown],
        "computed": _computed(answered),
    }


def computed_in_words(questions: Questions, answers: Mapping[str, Any], today: date) -> dict[str, str]:
    """Return what is calculated from the answers, as people read it, by the name of the question."""
    return _computed(Answered(questions, answers, today))


def _computed(answered: Answered) -> dict[str, str]:
    return {
        one.name: in_words(one.question, one.answer) for one in answered.shown() if one.question["type"] == "calculated"
    }
