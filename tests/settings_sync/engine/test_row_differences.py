"""Which rows differ between two documents, told from their texts: exactly those, or nothing at all."""

import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.row_differences import NotPlain, RowDifference, differing_rows, members_of

FORM = all_kinds()["forms_catalog.form"]
LAYOUT = all_kinds()["templates_catalog.layout"]
UIDS = [str(uuid.UUID(int=number)) for number in range(1, 10)]


def written(value: Any) -> str:
    """As PostgreSQL writes jsonb: keys by their length and then by their bytes."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {written(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def field(number: int, **values: Any) -> dict[str, Any]:
    return {"uid": UIDS[number], "section": UIDS[0], "label": f"Vraag {number}", **values}


def form(*fields: dict[str, Any], **own: Any) -> dict[str, Any]:
    sections = [{"uid": UIDS[0], "title": "Deel"}]
    return {"name": "Ketel", "work_types": [UIDS[8]], **own, "parts": {"section": sections, "field": list(fields)}}


def without_parts(**own: Any) -> dict[str, Any]:
    return {"name": "Ketel", "work_types": [UIDS[8]], **own, "parts": {"section": [], "field": []}}


def differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[RowDifference, ...]:
    return differing_rows(FORM, written(before), written(after))


def test_of_a_changed_field_it_is_that_row_and_that_column():
    (found,) = differing(form(field(1), field(2), field(3)), form(field(1), field(2, unit="kW"), field(3)))
    assert (found.table.name, found.uid, found.columns) == ("field", UIDS[2], {"unit"})
    assert (json.loads(found.before), json.loads(found.after)) == (field(2), field(2, unit="kW"))
    assert json.loads(found.values(found.uid, found.columns)) == {"uid": UIDS[2], "unit": "kW"}


def test_what_went_back_to_its_default_is_left_out_of_the_values():
    (found,) = differing(form(field(1, unit="kW")), form(field(1)))
    assert found.columns == {"unit"}
    assert json.loads(found.values(found.uid, found.columns)) == {"uid": UIDS[1]}


@pytest.mark.parametrize(
    ("own", "column"), [({"name": "Pomp"}, "name"), ({"is_archived": True}, "is_archived"), ({"description": "é"},) * 2]
)
def test_the_own_row_is_one_of_the_rows(own, column):
    own_row, part = differing(form(field(1)), form(field(1, unit="kW"), **own))
    assert (own_row.table.name, own_row.uid, part.uid) == ("form", "", UIDS[1])
    assert own_row.columns == set(own)
    assert "parts" not in json.loads(own_row.after) and "work_types" not in json.loads(own_row.after)


def test_without_any_part_the_own_row_is_the_only_one():
    (own_row,) = differing_rows(FORM, written(without_parts()), written(without_parts(name="Pomp")))
    assert (own_row.table.name, own_row.uid, own_row.columns) == ("form", "", {"name"})


def test_a_section_and_a_field_of_it_are_two_rows():
    before = form(field(1))
    after = form(field(1, unit="kW"))
    after["parts"]["section"] = [{"uid": UIDS[0], "title": "Metingen"}]
    assert {(row.table.name, row.uid) for row in differing(before, after)} == {
        ("section", UIDS[0]),
        ("field", UIDS[1]),
    }


def test_a_number_with_another_number_of_decimals_is_another_text():
    before = written({"name": "A", "body": "x"})
    assert members_of('{"a": 1, "b": 1.0, "cc": [{"d": 1.50}]}') == {"a": "1", "b": "1.0", "cc": '[{"d": 1.50}]'}
    assert differing_rows(LAYOUT, before, before) == ()


SECTION = {"uid": UIDS[7], "title": "Nog een"}


@pytest.mark.parametrize(
    "after",
    [
        form(field(1)),
        form(field(1), field(2), field(3)),
        form(field(2), field(1)),
        form(field(1), field(3)),
        form(field(1), field(2, section=UIDS[7])),
        form(field(1), field(2), work_types=[]),
        form(field(1), field(2, visible_if_field=UIDS[1])),
        form(field(1), field(2, something="unknown")),
        {**form(), "parts": {"section": [{"uid": UIDS[0], "title": "Deel"}, SECTION], "field": [field(1)]}},
        {**form(), "parts": {"field": [field(1), field(2)]}},
        {"name": "Ketel", "work_types": [UIDS[8]]},
    ],
    ids=[
        "a field less",
        "a field more",
        "another order",
        "another field",
        "moved",
        "other links",
        "another rule",
        "an unknown column",
        "a section for a field",
        "no sections",
        "no parts",
    ],
)
def test_whatever_is_more_than_values_is_not_plain(after):
    for one, other in ((form(field(1), field(2)), after), (after, form(field(1), field(2)))):
        with pytest.raises(NotPlain):
            differing(one, other)


NASTY = ['{"uid": "', "}, {", '"}, {"uid": "', '], "section": [', "\\", '\\"', "]}", UIDS[1], '{"uid": "' + UIDS[2]]


@given(
    st.lists(
        st.tuples(
            st.text() | st.sampled_from(NASTY),
            st.text() | st.sampled_from(NASTY),
            st.dictionaries(st.sampled_from(["uid", "unit", "section"]), st.sampled_from([*NASTY, *UIDS]), max_size=2),
            st.dictionaries(st.sampled_from(["uid", "unit", "section"]), st.sampled_from([*NASTY, *UIDS]), max_size=2),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_stands_in_the_texts_exactly_the_rows_that_differ_are_told(values):
    """Values that look like parts may make it say that this is not plain, and never another row."""
    old = [field(number, help_text=one, option_labels=two) for number, (one, _, two, _) in enumerate(values, 1)]
    new = [field(number, help_text=one, option_labels=two) for number, (_, one, _, two) in enumerate(values, 1)]
    try:
        found = differing(form(*old), form(*new))
    except NotPlain:
        assert any("uid" in labels for _one, _other, *both in values for labels in both)
        return
    expected = [(one["uid"], written(one), written(other)) for one, other in zip(old, new, strict=True) if one != other]
    assert [(row.uid, row.before, row.after) for row in found] == expected
