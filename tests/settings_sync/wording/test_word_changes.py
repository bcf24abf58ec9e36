"""Marking the words that changed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from settings_sync.wording.word_changes import Fate, compare_words, readable


def shown(old, new):
    return [(piece.fate.value, piece.text) for piece in compare_words(old, new)]


def test_changed_words_stand_among_the_words_that_stayed():
    assert shown("Dear sir, please call.", "Dear customer, please call.") == [
        ("same", "Dear "),
        ("gone", "sir,"),
        ("new", "customer,"),
        ("same", " please call."),
    ]


def test_neighbouring_changes_read_as_one():
    assert shown("a one two z", "a three four z") == [
        ("same", "a "),
        ("gone", "one two"),
        ("new", "three four"),
        ("same", " z"),
    ]


def test_long_stretches_without_a_change_are_left_out():
    words = " ".join(f"w{number}" for number in range(200))
    pieces = compare_words(f"{words} old {words}", f"{words} new {words}")
    assert [piece.fate for piece in pieces] == [
        Fate.SKIPPED, Fate.SAME, Fate.GONE, Fate.NEW, Fate.SAME, Fate.SKIPPED,
    ]  # fmt: skip


def test_markup_is_read_as_text():
    assert readable("<p>Dear <b>sir</b>,</p><p>Bye &amp; so long</p>") == "Dear sir,\nBye & so long"
    assert readable("a < b and c > d") == "a < b and c > d"
    assert "script" not in readable("<script>alert(1)</script>Hello")


def test_a_change_of_markup_alone_is_still_a_change():
    assert any(piece.fate == Fate.NEW for piece in compare_words("<p>Hello</p>", "<p><b>Hello</b></p>"))


def test_a_very_long_text_is_compared_in_reasonable_time():
    old = "\n".join(f"line {number} of the text" for number in range(4000))
    pieces = compare_words(old, old.replace("line 2000 of", "line 2000 in"))
    assert [piece.fate for piece in pieces if piece.fate in (Fate.GONE, Fate.NEW)] == [Fate.GONE, Fate.NEW]


def test_a_space_that_stands_in_for_a_word_keeps_its_neighbours_apart():
    pieces = compare_words("a b\na", "a\na")
    assert "".join(piece.text for piece in pieces if piece.fate != Fate.GONE).split() == ["a", "a"]


texts = st.text(alphabet="ab \n", max_size=60)


@settings(deadline=None)
@given(texts, texts)
def test_no_word_is_lost_or_made_up(old, new):
    pieces = compare_words(old, new)
    before = "".join(piece.text for piece in pieces if piece.fate != Fate.NEW)
    after = "".join(piece.text for piece in pieces if piece.fate != Fate.GONE)
    assert before.split() == old.split()
    assert after.split() == new.split()
