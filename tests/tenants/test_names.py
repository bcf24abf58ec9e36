"""What can be a name, wherever names are given."""

import pytest
from django.db import models

from business.models import Customer
from forms_catalog.models import Field, Section
from settings_sync.kinds import all_kinds
from tenants.exceptions import NameInvisible, NameMissing
from tenants.models import Administration, Role
from tenants.names import is_visible, problems_of_names
from tenants.services import create_administration

INVISIBLE = ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u202e\u202c", "\u2066\u2069", "\u3164", "\u2800", "\u200b "]


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
