"""What can be a name, wherever names are given."""

import pytest
from django.db import models

from business.models import Customer
from forms_catalog.models import Field, Section
from settings_sync.declaring.kinds import all_kinds
from tenants.administrations import create_administration
from tenants.exceptions import NameHidesSomething, NameInvisible, NameMissing
from tenants.models import Administration, Role
from tenants.readable_names import has_hidden, is_visible, problems_of_names

INVISIBLE = ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u202e\u202c", "\u2066\u2069", "\u3164", "\u2800", "\u200b "]


ALIKE = ["Zuid\u00a0Oost", "Zuid\u2009Oost", "Zuid\u3000Oost", "Oo\u200dst", "Oost\u200c", "Oost\ufe0f", "Oost\u200f"]


@pytest.mark.parametrize("text", [*INVISIBLE, "", " ", "\u0301", "\x00", "\ud800"])
def test_what_nobody_sees_is_not_visible(text):
    assert not is_visible(text)


@pytest.mark.parametrize("text", ["a", "é", "e\u0301", "1", "-", "€", "名", "👩\u200d🔧", "\u200bOost", "ע\u200f"])
def test_what_people_can_read_is(text):
    assert is_visible(text)


def test_the_name_of_everything_that_has_one_is_looked_at():
    named = [(kind.root.model, kind.natural_key) for kind in all_kinds()]
    others = [(Section, "title"), (Field, "label"), (Customer, "name"), (Administration, "name"), (Role, "name")]
    for model, field in [*named, *others]:
        assert isinstance(model._meta.get_field(field), models.CharField)
        assert field in problems_of_names(model(**{field: "\u200b"})), model
        assert field not in problems_of_names(model(**{field: "Naam"})), model


def test_no_administration_is_made_without_a_name_that_can_be_read(owner, main):
    for name in INVISIBLE:
        with pytest.raises(NameInvisible):
            create_administration(acting_user=owner, main=main, name=name)
    with pytest.raises(NameMissing):
        create_administration(acting_user=owner, main=main, name=" ")


@pytest.mark.parametrize("name", ["Oost\u200b", "O\u00adost", "\u202etsoO", "Oost\ufeff", "\u2066Oost\u2069", *ALIKE])
def test_a_name_that_looks_like_another_one_is_refused(owner, main, name):
    assert has_hidden(name)
    assert "title" in problems_of_names(Section(title=name))
    with pytest.raises(NameHidesSomething):
        create_administration(acting_user=owner, main=main, name=name)


@pytest.mark.parametrize("name", ["two\nlines", "a\ttab", "\x1b[31mred", "bell\x07", "\x9b31m", "two\u2028lines"])
def test_what_breaks_a_line_or_a_terminal_is_no_name(name):
    for row, field in ((Section(title=name), "title"), (Customer(name=name), "name")):
        assert field in problems_of_names(row)


@pytest.mark.parametrize("name", ["Oost", "👩\u200d🔧 Service", "ע\u200f", "می\u200cخواهم", "1\ufe0f\u20e3"])
def test_joiners_and_marks_that_writing_needs_are_allowed(name):
    assert not has_hidden(name)
    assert not problems_of_names(Section(title=name))
