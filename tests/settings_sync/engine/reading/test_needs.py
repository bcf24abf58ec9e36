"""What a document points at is the same, told from its text or from its values."""

import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.needs import needs_in_text, needs_of
from settings_sync.engine.row_differences import without_parts
from tests.settings_sync.engine.test_row_differences import NASTY, UIDS, field, form, written

FORM = all_kinds()["forms_catalog.form"]
WORKFLOW = all_kinds()["workflows.workflow"]
LINKED = [{"kind": "reference_data.worktype", "uid": UIDS[8], "path": "work_types"}]


def test_of_a_form_only_its_own_row_is_read():
    text = written(form(field(1), field(2)))
    assert json.loads(without_parts(text)) == {**form(), "parts": {"field": []}}
    assert needs_in_text(FORM, text) == LINKED


def test_of_a_workflow_the_steps_are_read():
    step = {"uid": UIDS[1], "title": "Vul in", "form": UIDS[2]}
    text = written({"name": "Storing", "parts": {"step": [{"uid": UIDS[3], "title": "Bel"}, step]}})
    assert needs_in_text(WORKFLOW, text) == [{"kind": "forms_catalog.form", "uid": UIDS[2], "path": "step/2/form"}]


@pytest.mark.parametrize("text", ["{}", '{"name": "Kaal"}', written({"name": "Kaal", "work_types": []})])
def test_what_has_no_parts_is_read_as_it_is(text):
    assert without_parts(text) == text
    assert needs_in_text(FORM, text) == []


JSON = st.recursive(
    st.sampled_from([*NASTY, *UIDS]) | st.integers(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["uid", "a", "work_types"]), inner),
    max_leaves=6,
)


@given(st.lists(JSON, max_size=3), st.uuids())
def test_whatever_stands_in_the_parts_it_is_the_same(values: list[Any], linked: uuid.UUID):
    fields = [field(number, option_labels=value, zz=value) for number, value in enumerate(values, 1)]
    document = form(*fields, work_types=[str(linked)])
    assert needs_in_text(FORM, written(document)) == needs_of(FORM, document)
