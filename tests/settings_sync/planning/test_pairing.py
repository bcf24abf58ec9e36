"""Parts of two documents that have no uid in common, paired by what they are known by."""

from typing import Any

from settings_sync.planning.merging import PartShape, Shape
from settings_sync.planning.pairing import pair_parts, renamed_path, standing_in, with_uids

SHAPE = Shape(
    parts=(
        PartShape("section", key="title"),
        PartShape("field", above="section", above_key="section", inside={"visible_if": "field"}, key="reference"),
        PartShape("step"),
    )
)


def form(sections: dict[str, str], fields: dict[str, tuple[str, str]] | None = None) -> dict[str, Any]:
    """Sections as uid: title, fields as uid: (section, reference)."""
    return {
        "parts": {
            "section": [{"uid": uid, "title": title} for uid, title in sections.items()],
            "field": [
                {"uid": uid, "section": section, "reference": reference}
                for uid, (section, reference) in (fields or {}).items()
            ],
        }
    }


def paired(former: dict[str, Any], source: dict[str, Any]) -> dict[str, str]:
    return {old: new for _part, old, new in pair_parts(former, source, SHAPE)}


def test_sections_of_one_title_are_paired_in_their_order():
    former = form({"a": "Controle", "b": "Controle"}, {"x": ("a", "druk"), "y": ("b", "temp")})
    source = form({"A": "Controle", "B": "Controle"}, {"X": ("A", "druk"), "Y": ("B", "temp")})
    assert paired(former, source) == {"a": "A", "b": "B", "x": "X", "y": "Y"}
    assert paired(source, former) == {"A": "a", "B": "b", "X": "x", "Y": "y"}


def test_what_has_more_of_one_title_keeps_the_last_of_them():
    assert paired(form({"a": "Controle", "b": "Controle"}), form({"A": "Controle"})) == {"a": "A"}
    assert paired(form({"a": "Controle"}), form({"A": "Controle", "B": "Controle"})) == {"a": "A"}


def test_a_field_that_stands_in_another_section_is_still_that_field():
    former = form({"a": "Ketel"}, {"x": ("a", "druk"), "y": ("a", "temp")})
    source = form({"A": "Metingen"}, {"X": ("A", "druk")})
    assert paired(former, source) == {"x": "X"}


def test_what_both_have_under_one_uid_is_not_paired_with_something_else():
    former = form({"a": "Controle", "b": "Controle"})
    source = form({"b": "Controle", "A": "Controle"})
    assert paired(former, source) == {"a": "A"}


def test_what_has_no_key_is_never_paired():
    steps = [{"parts": {"step": [{"uid": uid, "title": "Klant"}]}} for uid in "aA"]
    assert paired(*steps) == {}
    assert paired(form({"a": ""}), form({"A": ""})) == {}


def test_everything_that_points_at_a_part_points_at_its_new_uid():
    document = form({"a": "Controle"}, {"x": ("a", "druk")})
    document["parts"]["field"][0] |= {"visible_if": "x", "help_text": "a"}
    row = with_uids(document, (("section", "a", "A"), ("field", "x", "X")), SHAPE)["parts"]["field"][0]
    assert row == {"uid": "X", "section": "A", "reference": "druk", "visible_if": "X", "help_text": "a"}
    assert with_uids({"name": "Blad"}, (), SHAPE) == {"name": "Blad"}
    assert renamed_path("field/x/label", (("field", "x", "X"),)) == "field/X/label"
    assert renamed_path("field/xy/label", (("field", "x", "X"),)) == "field/xy/label"


def test_only_what_stands_there_gets_another_uid():
    pairs = (("section", "a", "A"), ("section", "b", "B"))
    assert standing_in(pairs, form({"a": "Controle"})) == (("section", "a", "A"),)
    assert standing_in(pairs, form({"a": "Controle", "A": "Controle"})) == ()
