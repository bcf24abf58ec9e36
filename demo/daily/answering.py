"""Answers to the questions of a form, such as an employee could have given."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from forms_catalog.answering.answers import Answered

from . import words

TEXTS = ("In orde", "Geen bijzonderheden", "Zie foto", "Merk en type volgens typeplaatje", "Besproken met klant")


def answer_questions(chance: Random, questions: Sequence[dict[str, Any]], today: date) -> dict[str, Any]:
    """An answer to every question that would be shown."""
    answers = {
        field["key"]: _answer(chance, field, today)
        for section in questions
        for field in section["fields"]
        if field["type"] != "information"
    }
    return Answered(questions, answers, today).kept()


def _answer(chance: Random, field: dict[str, Any], today: date) -> Any:
    kind = field["type"]
    options = field["options"]
    if kind == "checkboxes":
        return list(options) if field["is_required"] else [option for option in options if chance.random() < 0.6]
    if options:
        return options[0] if chance.random() < 0.7 else chance.choice(options)
    if not field["is_required"] and chance.random() < 0.4:
        return ""
    if kind == "number":
        return f"{chance.randint(1, 90)}.{chance.randint(0, 9)}"
    if kind == "date":
        return (today + timedelta(days=chance.randint(-30, 365))).isoformat()
    return _text(chance, kind)


def _text(chance: Random, kind: str) -> str:
    if kind == "time":
        return f"{chance.randint(7, 18):02}:{chance.choice(('00', '15', '30', '45'))}:00"
    if kind == "signature":
        return f"{chance.choice(words.FIRST_NAMES)} {chance.choice(words.LAST_NAMES)}"
    if kind == "photo":
        return f"foto-{chance.randint(1000, 9999)}.jpg"
    if kind == "object_reference":
        return chance.choice(words.OBJECTS)[0]
    return chance.choice(TEXTS)
