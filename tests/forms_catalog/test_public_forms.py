"""Public forms of this field as XLSForms: how many of them fit wholly, by what docs/forms.md says."""

import re
from io import BytesIO

import pytest
from openpyxl import Workbook

from forms_catalog import importing
from forms_catalog.answering.questions import questions_of
from forms_catalog.models import Form
from forms_catalog.xlsform.reading import read_form, told
from forms_catalog.xlsform.workbook import SheetRow, read_workbook
from forms_catalog.xlsform.writing import write_form

from .public_forms import PUBLIC_FORMS
from .test_documented_forms import table

FORMER_TYPES = ("short_text", "text", "number", "date", "time", "checkboxes", "radio", "dropdown", "photo", "signature")
FORMER_TYPES += ("object_reference", "information")
FORMER_RULE = re.compile(r"\$\{[a-zA-Z0-9_-]+\} (= '[^']+'|!= '')")
NEW_SETTINGS = ("allows_other", "at_least", "at_most", "formula", "required_when", "valid_when", "valid_message")


def workbook_of(text):
    survey, choices = [], []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 2):
        if line.startswith("@"):
            name, _space, options = line[1:].partition(" ")
            for option in options.split(", "):
                code, _equals, label = option.partition("=")
                choices.append(SheetRow(number, {"list_name": name, "name": code, "label": label}))
            continue
        kind, *rest = (part.strip() for part in line.split(" | "))
        name, label, columns = [*rest, "", "", ""][:3]
        cells = {"type": kind, "name": name, "label": label}
        cells |= dict(column.split("=", 1) for column in columns.split("; ") if column)
        survey.append(SheetRow(number, {column: cell.strip() for column, cell in cells.items() if cell}))
    return {"survey": survey, "choices": choices}


def fitted_before(read):
    """Whether a form could be made before there were codes, limits, rules, formulas and tables."""
    if read.left_out or any(section.get("repeats") for section in read.sections):
        return False
    fields = read.fields
    rules = [part["visible_when"] for part in [*read.sections, *fields] if part.get("visible_when")]
    plain = all(field["type"] in FORMER_TYPES and not any(field.get(name) for name in NEW_SETTINGS) for field in fields)
    return plain and all(FORMER_RULE.fullmatch(rule) for rule in rules)


READ = {name: read_form(workbook_of(text), f"{name}.xlsx") for name, text in PUBLIC_FORMS.items()}


def test_twenty_public_forms_fit_as_the_page_says():
    counted = {
        "forms": len(READ),
        "questions": sum(len(read.fields) for read in READ.values()),
        "fitted wholly before": sum(fitted_before(read) for read in READ.values()),
        "fit wholly now": sum(not read.left_out for read in READ.values()),
    }
    assert {what: int(count) for what, count in table("Public forms")} == counted
    assert len(READ) >= 20


@pytest.mark.parametrize("name", READ)
def test_nothing_of_it_is_left_out(name):
    assert list(told(READ[name])) == []


def test_they_are_made_downloaded_and_read_again_as_they_were(owner, within):
    for number, (name, read) in enumerate(READ.items()):
        made = importing.create_whole_form(
            acting_user=owner, administration=within, name=f"{number} {name}"[:200], sections=read.sections
        )
        again = read_form(read_workbook(write_form(made.name, questions_of(made))))
        assert list(told(again)) == []
        copy = importing.create_whole_form(
            acting_user=owner, administration=within, name=f"kopie {number}", sections=again.sections
        )
        assert plain(copy) == plain(made)
    assert Form.objects.count() == 2 * len(READ)


def plain(form):
    """The questions of a form without their keys."""
    return [
        {**section, "key": "", "fields": [{**field, "key": ""} for field in section["fields"]]}
        for section in questions_of(form)
    ]


def test_a_workbook_of_a_public_form_is_read_from_its_file():
    book = Workbook()
    sheets = workbook_of(PUBLIC_FORMS["fill.io/Forkliftinspectiongeneral"])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row.cells))
        sheet.append(columns)
        for row in rows:
            sheet.append([row.cells.get(column) for column in columns])
    content = BytesIO()
    book.save(content)
    read = read_form(read_workbook(content.getvalue()))
    assert [field["reference"] for field in read.fields][:3] == ["truck", "stand0", "stand1"]
    assert list(told(read)) == []
