"""What an upgrade does to a document, and to the name of a place in it."""

import pytest

from settings_sync.declaring.upgrades import DocumentUpgrade, RemovedField, RenamedField, RewrittenDocument

BODY = {
    "name": "Ketel",
    "text": "van de briefing",
    "parts": {"point": [{"uid": "1", "text": "Meet CO."}, {"uid": "2"}], "photo": [{"uid": "3", "text": "Rook"}]},
}


def test_a_field_of_the_item_gets_its_other_name():
    assert RenamedField("text", "note").body(BODY) == {
        "name": "Ketel",
        "note": "van de briefing",
        "parts": BODY["parts"],
    }


def test_a_field_of_a_part_gets_its_other_name_in_that_part_alone():
    found = RenamedField("text", "instruction", part="point").body(BODY)
    assert found == {
        **BODY,
        "parts": {**BODY["parts"], "point": [{"uid": "1", "instruction": "Meet CO."}, {"uid": "2"}]},
    }


def test_a_field_goes_where_it_is_and_is_missed_nowhere():
    assert RemovedField("text").body(BODY) == {"name": "Ketel", "parts": BODY["parts"]}
    assert RemovedField("text", part="photo").body(BODY)["parts"]["photo"] == [{"uid": "3"}]
    assert RemovedField("text").body({"name": "Ketel"}) == {"name": "Ketel"}


def test_a_document_without_any_such_part_stays_as_it_is():
    assert RemovedField("text", part="point").body({"name": "a", "parts": {}}) == {"name": "a", "parts": {"point": []}}


PLACES: list[tuple[DocumentUpgrade, str, str | None]] = [
    (RenamedField("text", "note"), "text", "note"),
    (RenamedField("values", "choices"), "values#Nefit/Bosch", "choices#Nefit/Bosch"),
    (RenamedField("text", "note"), "point/1/text", "point/1/text"),
    (RenamedField("text", "note", part="point"), "text", "text"),
    (RenamedField("text", "note", part="point"), "point/1/text", "point/1/note"),
    (RenamedField("text", "note", part="point"), "point/1/text#Nefit", "point/1/note#Nefit"),
    (RenamedField("text", "note", part="point"), "photo/1/text", "photo/1/text"),
    (RenamedField("text", "note", part="point"), "point/1", "point/1"),
    (RenamedField("text", "note", part="point"), "", ""),
    (RemovedField("text"), "text", None),
    (RemovedField("text"), "texts", "texts"),
    (RemovedField("text", part="point"), "point/1/text", None),
    (RemovedField("text", part="point"), "point/1", "point/1"),
    (RewrittenDocument(dict), "point/1/text", "point/1/text"),
]


@pytest.mark.parametrize(("upgrade", "path", "now"), PLACES)
def test_a_place_is_called_as_it_is_today(upgrade, path, now):
    assert upgrade.path(path) == now


def test_anything_else_is_done_by_a_function():
    assert RewrittenDocument(lambda body: {**body, "name": "Dak"}).body(BODY)["name"] == "Dak"
