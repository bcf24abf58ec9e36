"""Which questions of a filled-in form are shown, and what is wrong with its answers. Pure: plain data in and out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from tenants.entries import canonical, problem_of_entry

Questions = Sequence[Mapping[str, Any]]
Answers = Mapping[str, Any]


def shown_fields(questions: Questions, answers: Answers) -> Iterator[Mapping[str, Any]]:
    """The questions that are visible with these answers, in order."""
    conditions = _conditions(questions)
    plain = _plain(questions, answers)
    for section in questions:
        for field in section["fields"]:
            if _is_shown(field["key"], conditions, plain, frozenset()):
                yield field


def problems_of_answers(questions: Questions, answers: Answers) -> dict[str, list[str]]:
    """Messages per question key; what is not shown needs no answer."""
    found = {
        field["key"]: _problems_of_answer(field, answers.get(field["key"])) for field in _asked(questions, answers)
    }
    return {key: messages for key, messages in found.items() if messages}


def kept_answers(questions: Questions, answers: Answers) -> dict[str, Any]:
    """The answers to the questions that are shown, and nothing else."""
    plain = _plain(questions, answers)
    return {field["key"]: plain.get(field["key"], "") for field in _asked(questions, answers)}


def photo_questions(questions: Questions) -> list[str]:
    """The keys of the questions that ask for a photo."""
    return [field["key"] for section in questions for field in section["fields"] if field["type"] == "photo"]


def labels_of(question: Mapping[str, Any]) -> Mapping[str, str]:
    """The labels of a question's options by their code, of those that differ from it; older copies have none."""
    labels: Mapping[str, str] = question.get("option_labels", {})
    return labels


def _asked(questions: Questions, answers: Answers) -> list[Mapping[str, Any]]:
    return [field for field in shown_fields(questions, answers) if field["type"] != "information"]


def _plain(questions: Questions, answers: Answers) -> dict[str, Any]:
    """The answers with every number, date and time in its one form, so that 1,5 and 1.5 are the same answer."""
    types = _types(questions)
    return {key: canonical(types[key], answer) for key, answer in answers.items() if key in types}


def _types(questions: Questions) -> dict[str, str]:
    return {field["key"]: field["type"] for section in questions for field in section["fields"]}


def _conditions(questions: Questions) -> dict[str, list[Mapping[str, str]]]:
    """Per question what must hold before it is shown: its section's condition and its own."""
    types = _types(questions)
    return {
        field["key"]: [_condition(found, types) for found in (section["visible_if"], field["visible_if"]) if found]
        for section in questions
        for field in section["fields"]
    }


def _condition(condition: Mapping[str, str], types: Mapping[str, str]) -> dict[str, str]:
    return {**condition, "value": canonical(types.get(condition["field"], ""), condition["value"])}


def _is_shown(
    key: str, conditions: Mapping[str, list[Mapping[str, str]]], answers: Answers, behind: frozenset[str]
) -> bool:
    if key in behind or key not in conditions:
        return False
    return all(
        _holds(condition, answers) and _is_shown(condition["field"], conditions, answers, behind | {key})
        for condition in conditions[key]
    )


def _holds(condition: Mapping[str, str], answers: Answers) -> bool:
    answer = answers.get(condition["field"])
    wanted = condition["value"]
    if not wanted:
        return bool(answer)
    return wanted in answer if isinstance(answer, list) else answer == wanted


def _problems_of_answer(field: Mapping[str, Any], answer: Any) -> list[str]:
    if field["type"] == "checkboxes":
        return _problems_of_ticks(field, answer or [])
    if not answer:
        return [_("Fill this in.")] if field["is_required"] else []
    if field["type"] in ("radio", "dropdown") and answer not in field["options"]:
        return [_("Choose one of the options.")]
    problem = problem_of_entry(field["type"], str(answer))
    return [problem] if problem else []


def _problems_of_ticks(field: Mapping[str, Any], ticked: Sequence[str]) -> list[str]:
    if not set(ticked) <= set(field["options"]):
        return [_("Choose from the options.")]
    if field["is_required"] and set(ticked) != set(field["options"]):
        return [_("Tick all of them.")]
    return []
