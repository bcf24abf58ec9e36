"""A form on paper: its print template filled in, or all questions and answers in order. Pure, and no code ever runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from catalog_kit.placing import fill_in_html
from catalog_kit.template_language import TemplateFault

ANSWERS = "veld."
NOTHING = "–"


@dataclass(frozen=True)
class PrintedAnswer:
    """A question as it stands on paper: its id inside the form, its label, and the answer as text or as a picture."""

    reference: str
    label: str
    answer: str | SafeString


@dataclass(frozen=True)
class PrintedSection:
    """A heading with the answers below it: one row of them, or as many as a table has."""

    title: str
    rows: Sequence[tuple[PrintedAnswer, ...]]
    is_table: bool = False

    @property
    def answers(self) -> Iterator[PrintedAnswer]:
        """Every answer, a row at a time."""
        for row in self.rows:
            yield from row


def print_form(template: str, sections: Iterable[PrintedSection], values: Mapping[str, Any]) -> SafeString:
    """Return the HTML of a form. `values` are what stands in place of the placeholders that are no answers.

    What has no value is left empty: on paper nobody can do anything with a placeholder. An answer of a table stands for
    those of all its rows.
    """
    if not template.strip():
        return _in_order(str(values.get("formulier.naam", "")), sections)
    sections = list(sections)
    answers: dict[str, str | SafeString] = {}
    for section in sections:
        for printed in section.answers:
            name = f"{ANSWERS}{printed.reference}"
            is_more = section.is_table and name in answers
            answers[name] = _below(answers[name], printed.answer) if is_more else printed.answer
    try:
        return fill_in_html(template, {**values, **answers}, is_missing_shown=False)
    except TemplateFault:
        # Written before templates had rules, or on another server: the answers are what matters on paper.
        return _in_order(str(values.get("formulier.naam", "")), sections)


def _below(one: str | SafeString, other: str | SafeString) -> SafeString:
    return mark_safe(f"{conditional_escape(one)}\n{conditional_escape(other)}")  # nosec B308, B703 # both are escaped


def picture(data: str, label: str) -> SafeString:
    """Return a picture that is part of the page, from a `data:` address."""
    return format_html('<img src="{}" alt="{}">', data, label)


def _in_order(title: str, sections: Iterable[PrintedSection]) -> SafeString:
    parts = [
        format_html("<h2>{}</h2>{}", section.title, _table(section) if section.is_table else _rows(section))
        for section in sections
        if any(section.answers)
    ]
    return format_html("<h1>{}</h1>{}", title, format_html_join("", "{}", ((part,) for part in parts)))


def _rows(section: PrintedSection) -> SafeString:
    rows = ((printed.label, _with_lines(printed.answer)) for printed in section.answers)
    return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))


def _table(section: PrintedSection) -> SafeString:
    """A table with a column for each question that any row shows, in the order in which they are asked."""
    columns = list({(printed.reference, printed.label): None for printed in section.answers})
    head = format_html_join("", "<th>{}</th>", ((label,) for _reference, label in columns))
    rows = []
    for row in section.rows:
        answers = {(printed.reference, printed.label): printed.answer for printed in row}
        cells = ((_with_lines(answers.get(column, NOTHING)),) for column in columns)
        rows.append((format_html_join("", "<td>{}</td>", cells),))
    body = format_html_join("", "<tr>{}</tr>", rows)
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


def _with_lines(answer: str | SafeString) -> SafeString:
    return mark_safe(str(conditional_escape(answer)).replace("\n", "<br>"))  # nosec B308, B703 # it was just escaped
