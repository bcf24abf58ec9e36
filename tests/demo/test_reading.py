"""The texts of which the demo's forms are made."""

import re
from pathlib import Path

import pytest

import demo
from demo.content import catalogs
from demo.content.reading import read_field, read_forms

ALL = [catalogs.van_dijk(), catalogs.van_dijk_west()]


def test_a_line_is_read_with_all_its_marks():
    field = read_field("Waar | text! | ~Zo precies mogelijk | ?Lekkage=ja")
    assert (field.label, field.reference, field.type, field.is_required) == ("Waar", "waar", "text", True)
    assert (field.help_text, field.shown_if) == ("Zo precies mogelijk", ("Lekkage", "ja"))


def test_options_and_defaults_are_read():
    field = read_field("Klasse | dropdown | : HR; VR | =HR")
    assert (field.options, field.default) == (("HR", "VR"), "HR")


def test_a_form_takes_over_a_shared_section():
    section = read_forms("--- Ander | | x\n# Slot\nNaam | text")[0].sections[0]
    form = read_forms("--- Kort | Storing, Onderhoud | Beschrijving\n@slot", {"slot": section})[0]
    assert (form.name, form.work_types, form.sections) == ("Kort", ("Storing", "Onderhoud"), [section])


@pytest.mark.parametrize("catalog", ALL, ids=["van-dijk", "west"])
def test_no_two_questions_of_a_form_share_an_id(catalog):
    for form in catalog.forms:
        references = [field.reference for section in form.sections for field in section.fields]
        assert len(set(references)) == len(references), form.name


def test_every_form_has_three_to_six_sections():
    assert {len(form.sections) for form in catalogs.van_dijk().forms} <= {3, 4, 5, 6}


def test_nothing_in_the_demo_is_left_to_chance_without_a_seed():
    sources = "".join(path.read_text() for path in Path(demo.__file__).parent.rglob("*.py"))
    assert not re.search(r"\brandom\.(random|choice|randint|shuffle)|uuid4|Random\(\)", sources)
