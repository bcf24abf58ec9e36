"""Differences are told path by path: quickly, and never others than a comparison of every path would tell."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from settings_sync.planning.differences import Difference, differences, flatten

ROWS = st.lists(
    st.fixed_dictionaries({"uid": st.sampled_from("abcd"), "label": st.sampled_from(["x", "y"])}),
    max_size=4,
    unique_by=lambda row: row["uid"],
)
DOCUMENTS = st.none() | st.fixed_dictionaries(
    {"name": st.sampled_from(["Keuring", "Onderhoud"])},
    optional={"hint": st.just("kort"), "parts": st.fixed_dictionaries({"field": ROWS}, optional={"section": ROWS})},
)


def told_path_by_path(**documents: Any) -> list[Difference]:
    base, source, local, result = (flatten(documents[name]) for name in ("base", "source", "local", "result"))
    becomes = result if documents["result"] is not None else local
    found = []
    for path in {**source, **local, **becomes}:
        row = Difference(path, base.get(path), source.get(path), local.get(path), becomes.get(path))
        if row.local != row.result or row.local != row.source:
            found.append(row)
    return found


@given(base=DOCUMENTS, source=DOCUMENTS, local=DOCUMENTS, result=DOCUMENTS)
def test_they_are_those_of_every_path_compared(base, source, local, result):
    documents = {"base": base, "source": source, "local": local, "result": result}
    assert differences(**documents) == told_path_by_path(**documents)


def test_a_row_that_moved_is_told_by_the_order_alone():
    first, second = {"uid": "a", "label": "x"}, {"uid": "b", "label": "y"}
    here, main = {"parts": {"field": [first, second]}}, {"parts": {"field": [second, first]}}
    found = differences(base=here, source=main, local=here, result=main)
    assert [(row.path, row.local, row.result) for row in found] == [("field/order", ["a", "b"], ["b", "a"])]


def test_a_row_that_stands_there_alone_is_told_with_its_fields():
    main, here = {"parts": {"field": []}}, {"parts": {"field": [{"uid": "a", "label": "x"}]}}
    found = differences(base=None, source=main, local=here, result=None)
    assert [row.path for row in found] == ["field/order", "field/a", "field/a/label"]
