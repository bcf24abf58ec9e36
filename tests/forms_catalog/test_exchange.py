"""Forms as XLSForm on the pages: read, told what is left out, made, and downloaded again."""

from datetime import date, datetime, time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from forms_catalog.models import Field, FieldType, Form, Section
from forms_catalog.xlsform import workbook as reader
from forms_catalog.xlsform.reading import read_form, told
from forms_catalog.xlsform.workbook import NotReadable, SheetRow, read_workbook

SURVEY = [
    {"type": "start", "name": "start"},
    {"type": "begin_group", "name": "ketel", "label": "Ketel"},
    {"type": "select_one merk or_other", "name": "merk", "label": "Merk", "required": "yes"},
    {"type": "decimal", "name": "druk", "label": "Druk", "relevant": "${merk} = 'nefit'", "constraint": ". < 6"},
    {"type": "rank merk", "name": "voorkeur", "label": "Voorkeur"},
    {"type": "end_group"},
]
CHOICES = [
    {"list_name": "merk", "name": "nefit", "label": "Nefit"},
    {"list_name": "merk", "name": "atag", "label": "Atag"},
]


def content_of(survey=SURVEY, choices=CHOICES, settings=({"form_title": "Ketel"},)):
    book = Workbook()
    book.remove(book.active)
    for name, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(column) for column in columns])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def read(survey, choices=CHOICES):
    rows = [SheetRow(number, row) for number, row in enumerate(survey, 2)]
    return read_form({"survey": rows, "choices": [SheetRow(number, row) for number, row in enumerate(choices, 2)]})


@pytest.fixture
def address(within):
    return lambda name, *args: reverse(f"forms_catalog:{name}", args=[within.slug, *args])


def upload(content, name="ketel.xlsx"):
    return {"workbook": SimpleUploadedFile(name, content)}


def test_what_is_left_out_is_told_by_row_before_anything_is_made(owner_client, address):
    page = owner_client.post(address("import"), upload(content_of()))
    assert Form.objects.count() == 0
    assert [sentence.partition(":")[0] for sentence in page.context["told"]] == ["survey, rij 2", "survey, rij 6"]
    assert "rank merk" in page.text
    making = page.context["form"].initial
    made = owner_client.post(address("import"), {"name": "Ketel", "read": making["read"]})
    form = Form.objects.get()
    assert made.headers["Location"] == address("edit", form.uid)
    fields = list(Field.objects.order_by("position"))
    assert [(field.reference, field.type) for field in fields] == [("merk", "radio"), ("druk", "number")]
    assert (fields[0].option_labels, fields[0].allows_other) == ({"nefit": "Nefit", "atag": "Atag"}, True)
    assert (fields[1].visible_when, fields[1].valid_when) == ("${merk} = 'nefit'", ". < 6")
    assert Section.objects.get().title == "Ketel"


def test_a_name_that_is_taken_is_refused_and_what_was_read_stays(owner_client, address):
    Form.objects.create(name="Ketel")
    making = owner_client.post(address("import"), upload(content_of())).context["form"].initial
    page = owner_client.post(address("import"), {"name": "ketel", "read": making["read"]})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert page.context["form"]["read"].value() == making["read"]
    assert (Form.objects.count(), Section.objects.count()) == (1, 0)


@pytest.mark.parametrize("read_as", ["", "x", "a.b.c"])
def test_what_was_read_cannot_be_made_up(owner_client, address, read_as):
    assert owner_client.post(address("import"), {"name": "x", "read": read_as}).status_code == 302
    assert Form.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "workbook"),
        (b"nonsense", ".xlsx"),
        (b"PK\x03\x04" + b"x" * 100, ".xlsx"),
        (content_of()[:-300], ".xlsx"),
        (content_of(survey=[]), "survey"),
    ],
)
def test_what_is_no_xlsform_is_refused_in_words(owner_client, address, content, words):
    page = owner_client.post(address("import"), upload(content))
    assert words in str(page.context["form"].errors["workbook"]) + "workbook" * (not content)
    assert Form.objects.count() == 0


def test_a_file_that_unpacks_without_end_is_not_unpacked():
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (reader.MOST_UNPACKED + 1))
    assert len(content.getvalue()) < reader.MOST_BYTES
    with pytest.raises(NotReadable):
        read_workbook(content.getvalue())


def test_a_sheet_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(reader, "MOST_ROWS", 3)
    with pytest.raises(NotReadable):
        read_workbook(content_of())


def test_entities_in_the_xml_of_a_workbook_are_not_followed():
    content = BytesIO()
    with ZipFile(BytesIO(content_of())) as plain, ZipFile(content, "w") as changed:
        for entry in plain.infolist():
            data = plain.read(entry)
            if entry.filename == "xl/workbook.xml":
                data = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + data.partition(b"?>")[2]
            changed.writestr(entry, data)
    with pytest.raises(NotReadable):
        read_workbook(content.getvalue())


def test_empty_rows_above_the_headings_and_between_the_questions_are_passed_over():
    book = Workbook()
    sheet = book.active
    sheet.title = " Survey"
    for number, cells in {
        3: ("Type ", "NAME", "Label"),
        5: ("text", "merk", "Merk"),
        9: ("date", "dag", "Dag"),
    }.items():
        for column, cell in enumerate(cells, 1):
            sheet.cell(number, column, cell)
    content = BytesIO()
    book.save(content)
    rows = read_workbook(content.getvalue())["survey"]
    assert [(row.number, row.cells["name"]) for row in rows] == [(5, "merk"), (9, "dag")]


def test_choices_that_stand_there_twice_and_what_more_is_said_of_them_is_told():
    choices = [*CHOICES, {"list_name": "merk", "name": "atag", "label": "Anders", "media::image": "a.png"}]
    form = read([{"type": "select_one merk", "name": "merk", "label": "Merk"}], choices)
    assert form.fields[0]["option_labels"] == {"nefit": "Nefit", "atag": "Atag"}
    assert list(told(form)) == [
        "choices, row 1: “media::image” has no counterpart and is left out",
        "choices, row 4: “atag” stands in the list “merk” already; this one is left out",
    ]


def test_what_would_be_refused_is_told_before_somebody_asks_to_make_it(owner_client, address):
    survey = [
        {"type": "text", "name": "a", "label": "Eerste", "relevant": "${b} = 'x'"},
        {"type": "text", "name": "b", "label": "Tweede", "relevant": "${a} = 'x'"},
    ]
    page = owner_client.post(address("import"), upload(content_of(survey)))
    (refused,) = page.context["form"].non_field_errors()
    assert "Eerste" in refused and "Tweede" in refused
    assert not Form.objects.exists()
    Form.objects.create(name="ketel")
    assert owner_client.post(address("import"), upload(content_of())).context["form"].errors["name"]
    assert Form.objects.count() == 1


def test_a_formula_in_a_cell_is_its_text():
    survey = [{"type": "text", "name": "q", "label": '=HYPERLINK("https://x.test")'}]
    assert read_workbook(content_of(survey))["survey"][0].cells["label"] == '=HYPERLINK("https://x.test")'


@pytest.mark.parametrize(
    ("kind", "cell", "kept"),
    [
        ("date", date(2026, 11, 28), "2026-11-28"),
        ("date", datetime(2026, 11, 28), "2026-11-28"),
        ("date", datetime(2026, 11, 28, 9, 5), "2026-11-28"),
        ("date", "28-11-2026", "2026-11-28"),
        ("dateTime", datetime(2026, 11, 28, 9, 5), "2026-11-28T09:05:00"),
        ("dateTime", datetime(2026, 11, 28), "2026-11-28T00:00:00"),
        ("time", time(9, 5), "09:05"),
        ("decimal", 1.5, "1.5"),
        ("decimal", 0.1 + 0.2, "0.3"),
        ("decimal", "1,5", "1.5"),
        ("integer", 1000, "1000"),
        ("text", datetime(2026, 11, 28), "2026-11-28"),
    ],
)
def test_a_default_is_read_from_a_cell_as_the_sheet_shows_it(owner_client, address, kind, cell, kept):
    survey = [{"type": kind, "name": "q", "label": "Vraag", "default": cell}]
    making = owner_client.post(address("import"), upload(content_of(survey))).context["form"].initial
    made = owner_client.post(address("import"), {"name": "Ketel", "read": making["read"]})
    assert made.status_code == 302, made.context["form"].errors
    assert Field.objects.get().default_value == kept


@pytest.mark.parametrize(
    ("kind", "cell"),
    [("decimal", "1_000"), ("decimal", "1e3"), ("decimal", "١٢"), ("decimal", 1e22), ("date", "20261128")],
)
def test_a_default_that_nobody_would_write_is_refused_with_what_to_write(owner_client, address, kind, cell):
    survey = [{"type": kind, "name": "q", "label": "Vraag", "default": cell}]
    making = owner_client.post(address("import"), upload(content_of(survey))).context["form"].initial
    refused = owner_client.post(address("import"), {"name": "Ketel", "read": making["read"]})
    (message,) = refused.context["form"].non_field_errors()
    assert "Schrijf" in message
    assert not Form.objects.exists()


def test_a_form_is_downloaded_with_its_texts_as_texts(owner_client, address, maintenance):
    Field.objects.filter(pk=maintenance.co_level.pk).update(label="=1+1", unit="ppm", at_most="9")
    answer = owner_client.get(address("export", maintenance.form.uid))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="onderhoud-cv-ketel.xlsx"'
    sheet = load_workbook(BytesIO(answer.content))["survey"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value}
    assert cells["=1+1"].data_type == "s"
    assert "${uitgevoerd} = 'ja'" in cells
    assert ". <= 9" in cells
    again = read_form(read_workbook(answer.content))
    assert [field["reference"] for field in again.fields] == ["uitgevoerd", "co", "druk"]
    assert (again.fields[1]["unit"], again.fields[1]["at_most"]) == ("ppm", "9")
    assert [section.get("visible_when", "") for section in again.sections] == ["", "${uitgevoerd} = 'ja'"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"type": "geotrace", "name": "a", "label": "A"}], "row 2: the type “geotrace”"),
        ([{"type": "select_one weg", "name": "a", "label": "A"}], "row 2: the list “weg”"),
        ([{"type": "text", "name": "a", "label": "A", "choice_filter": "x=1"}], "row 2: “choice_filter”"),
        ([{"type": "text", "name": "a", "label": "A", "relevant": "pulldata('x')"}], "row 2: the rule “pulldata('x')”"),
        ([{"type": "text", "name": "a", "label": "A", "relevant": "${weg} = 1"}], "${weg} is no question"),
        ([{"type": "date", "name": "a", "label": "A", "default": "today()"}], "row 2: the default “today()”"),
        ([{"type": "text", "name": "a", "label": "Hallo ${a}"}], "row 2: an answer in the words"),
        (
            [{"type": "text", "name": "a", "label": "A"}, {"type": "text", "name": "a", "label": "B"}],
            "row 3: the id “a”",
        ),
        ([{"type": "text", "name": "a", "label": "A", "media::image": "x.png"}], "row 2: “media::image”"),
        ([{"type": "text", "name": "a", "label": "A", "appearance": "masked"}], "row 2: the appearance “masked”"),
        (
            [
                {"type": "begin_repeat", "name": "r", "label": "R", "repeat_count": "${a}"},
                {"type": "text", "name": "a"},
            ],
            "row 2",
        ),
        (
            [{"type": "text", "name": "a", "label::English (en)": "A", "label::Nederlands (nl)": "B"}],
            "row 1: only the texts",
        ),
        ([{"type": "end_group"}], "row 2: this closes a group"),
        ([{"type": "calculate", "name": "a", "calculation": "position(..)"}], "row 2: the rule “position(..)”"),
    ],
)
def test_each_thing_without_a_counterpart_is_told(rows, words):
    assert any(words in sentence for sentence in told(read(rows)))


def test_groups_in_a_table_stay_in_it_with_their_rules():
    rows = [
        {"type": "begin_repeat", "name": "r", "label": "Toestellen"},
        {"type": "text", "name": "merk", "label": "Merk"},
        {"type": "begin_group", "name": "g", "label": "Gas", "relevant": "${merk} = 'nefit'"},
        {"type": "decimal", "name": "druk", "label": "Druk", "relevant": "${merk} != ''"},
        {"type": "end_group"},
        {"type": "end_repeat"},
        {"type": "text", "name": "slot", "label": "Slot"},
    ]
    form = read(rows)
    assert [section["title"] for section in form.sections] == ["Toestellen", "General"]
    assert [field["reference"] for field in form.sections[0]["fields"]] == ["merk", "kop_4", "druk"]
    assert form.fields[2]["visible_when"] == "(${merk} = 'nefit') and (${merk} != '')"


def test_the_phone_beside_the_editor_is_filled_in_and_keeps_nothing(owner_client, address, maintenance):
    Field.objects.filter(pk=maintenance.pressure.pk).update(visible_when="${co} > 3")
    page = owner_client.get(address("try", maintenance.form.uid))
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert str(maintenance.pressure.uid) in page.text
    done, co = str(maintenance.is_done.uid), str(maintenance.co_level.uid)
    low = owner_client.post(address("try_so_far", maintenance.form.uid), {done: "ja", co: "2"}).json()
    high = owner_client.post(address("try_so_far", maintenance.form.uid), {done: "ja", co: "4"}).json()
    none = owner_client.post(address("try_so_far", maintenance.form.uid), {done: "nee", co: "4"}).json()
    assert (low["shown"], high["shown"], none["shown"]) == (
        [done, co],
        [*low["shown"], str(maintenance.pressure.uid)],
        [done],
    )
    assert str(maintenance.readings.uid) not in none["sections"]
    assert address("try", maintenance.form.uid) in owner_client.get(address("edit", maintenance.form.uid)).text


EVERY_TYPE = {
    "text": {"at_least": "2", "at_most": "20", "default_value": "a\nb (c)"},
    "short_text": {"default_value": "n.v.t. (geen)", "is_required": True, "required_when": "${getal} > 1"},
    "yes_no": {"default_value": "yes"},
    "number": {"reference": "getal", "unit": "bar", "decimals": 1, "at_least": "0", "valid_when": ". > 0"},
    "email": {},
    "telephone": {},
    "web_address": {},
    "date": {"at_least": "2026-01-01", "default_value": "2026-02-03"},
    "time": {"at_most": "17:00"},
    "date_time": {"default_value": "2026-02-03T10:00:00"},
    "checkboxes": {"options": ["gas leiding", "water"], "default_value": "gas leiding"},
    "several": {"options": ["a b", "c"], "option_labels": {"c": "Cé"}, "allows_other": True, "default_value": "a b\nc"},
    "radio": {"options": ["1", "2", "3", "4", "5", "6"], "allows_other": True},
    "dropdown": {"options": ["goed", "slecht"], "option_labels": {"goed": "In orde"}},
    "rating": {"at_most": "10"},
    "photo": {"at_least": "2", "at_most": "3"},
    "file": {"at_most": "2"},
    "barcode": {},
    "place": {},
    "signature": {"at_most": "2"},
    "object_reference": {},
    "own_list": {"list_source": "employees"},
    "calculated": {"formula": "${getal} * 2", "unit": "kW"},
    "information": {"help_text": "Lees (dit)"},
}


def test_a_form_with_every_type_that_was_downloaded_comes_back_as_it_was(owner_client, address, within):
    assert EVERY_TYPE.keys() == set(FieldType.values)
    form = Form.objects.create(name="Alles")
    section = Section.objects.create(form=form, title="Alles", repeats=True, least_rows=1, position=0)
    for number, (kind, values) in enumerate(EVERY_TYPE.items()):
        words = {"label": f"Vraag {number}", "reference": kind}
        Field.objects.create(section=section, position=number, type=kind, **(words | values))
    content = owner_client.get(address("export", form.uid)).content
    Form.objects.filter(pk=form.pk).update(name="Van toen")
    page = owner_client.post(address("import"), upload(content))
    assert page.context["told"] == []
    made = owner_client.post(address("import"), {"name": "Alles", "read": page.context["form"].initial["read"]})
    assert made.status_code == 302
    left = ("id", "uid", "section_id")
    sent, back = (
        [{name: value for name, value in row.items() if name not in left} for row in fields.values()]
        for fields in (section.fields.all(), Field.objects.exclude(section=section))
    )
    assert back == sent


def test_a_question_that_got_another_type_in_between_is_what_it_became():
    rows = [{"type": "integer", "name": "jaar", "label": "Jaar", "eenlijn::type": "short_text", "eenlijn::unit": "m"}]
    form = read(rows)
    assert [(one["type"], "unit" in one) for one in form.fields] == [("number", False)]
    assert list(told(form)) == ["survey, row 2: “eenlijn::type” does not go with this type, and is left out"]


@pytest.mark.parametrize(
    ("default", "kept"), [("geen (n.v.t.)", True), ("n.v.t. (a)", True), ("now()", False), ("${a}", False)]
)
def test_a_default_is_left_out_where_it_is_to_be_worked_out(default, kept):
    form = read([{"type": "text", "name": "a", "label": "A", "default": default}])
    assert [one.get("default_value") == default for one in form.fields] == [kept]


def test_a_pattern_that_cannot_be_read_is_told_of_a_workbook():
    form = read([{"type": "text", "name": "a", "label": "A", "constraint": "regex(., '^(?=.*[0-9]).+$')"}])
    assert "valid_when" not in form.fields[0]
    (words,) = told(form)
    assert words.endswith("The pattern “^(?=.*[0-9]).+$” of regex() cannot be read.")
