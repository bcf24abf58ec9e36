"""How much two settings are alike, by name and by content."""

import uuid

import pytest

from settings_sync.planning.likeness import LEAST, by_name, most_alike, plain, portrait, rank


def draw(name, key="", labels=None, **fields):
    body = {"name": name, "code": key or name, **fields}
    known_by = {"field": ("label", "reference")}
    return portrait(
        str(uuid.uuid4()), body, key_field="code", name_field="name", known_by=known_by, labels=labels or {}
    )


def form(name, *labels):
    rows = [
        {"uid": str(uuid.uuid4()), "label": label, "type": "text", "section": str(uuid.uuid4())} for label in labels
    ]
    return draw(name, parts={"field": rows})


def test_names_are_compared_without_accents_case_and_order():
    (found,) = rank(draw("Onderhoud CV-ketel"), [draw("cv ketel ónderhoud")])
    assert found.name == 100
    assert not found.is_exact


@pytest.mark.parametrize(
    ("name", "key", "is_exact"), [("Af", "40", True), ("Afgerond", "40", False), ("Af", "41", False)]
)
def test_only_an_equal_key_and_name_is_exact(name, key, is_exact):
    (found,) = rank(draw("Af", key="40"), [draw(name, key=key)])
    assert found.is_exact is is_exact
    assert found.is_same_key is (key == "40")


def test_content_counts_where_names_differ():
    ours = form("Onderhoud cv-ketel", "Merk", "Bouwjaar", "CO-gehalte", "Gasdruk")
    same = form("Servicebeurt", "merk", "Bouwjaar", "CO gehalte", "Gasdruk")
    other = form("Oplevering", "Handtekening", "Foto", "Opmerking", "Datum")
    best, worst = rank(ours, [other, same])
    assert (best.uid, best.content, best.shared, best.total) == (same.uid, 100, 8, 8)
    assert worst.content == 0
    assert [found.uid for found in most_alike(ours, [other, same], limit=5)] == [same.uid]


def test_what_says_little_is_compared_by_name_alone():
    (found,) = rank(draw("Spoed", minutes=60), [draw("Vakantie", minutes=60)])
    assert found.content is None
    assert found.score == found.name < LEAST


def test_what_they_point_at_is_compared_by_its_name():
    one, other = str(uuid.uuid4()), str(uuid.uuid4())
    labels = {one: "Factuur", other: "factuur"}
    first, second = (draw("a", labels=labels, layout=uid, x=1, y=2) for uid in (one, other))
    assert rank(first, [second])[0].content == 100


def test_long_texts_are_compared_sentence_by_sentence():
    kept = "Wil je het bedrag binnen zeven dagen overmaken? "
    ours = draw("a", body=f"<p>Beste klant. Factuur is nog niet betaald. {kept * 2}</p><p>Groet.</p>")
    theirs = draw("b", body=f"<p>Geachte klant. Factuur is nog niet betaald. {kept * 2}</p><p>Groet.</p>")
    assert 50 < rank(ours, [theirs])[0].content < 100


def test_the_most_alike_come_first_and_are_limited():
    others = [draw(f"Onderhoud ketel {number}") for number in range(9)]
    found = most_alike(draw("Onderhoud ketel"), [*others, draw("Iets anders")], limit=3)
    assert len(found) == 3
    assert found == sorted(found, key=lambda likeness: -likeness.score)


@pytest.mark.parametrize(("text", "said"), [("  Énkel-glas (2×) ", "enkel glas 2"), ("", ""), ("…", "")])
def test_plain_names(text, said):
    assert plain(text) == said


def test_what_was_not_read_is_compared_by_name_alone():
    (found,) = rank(by_name("1", "CV-ketel onderhoud"), [by_name("2", "Onderhoud cv ketel")])
    assert (found.score, found.content, found.is_exact) == (100, None, False)


def test_names_with_other_numbers_are_no_suggestion():
    rates = [by_name("9", "Btw 0%"), by_name("21", "Laag tarief 9%")]
    assert most_alike(by_name("", "Btw 9"), rates, limit=5) == []
    (same,) = most_alike(by_name("", "Montage soort 7"), [by_name("7", "Montage van soort 7")], limit=5)
    assert same.name > 80
