"""Two readers of HTML: the one that finds words for what it refuses, and nh3, which reads as browsers do."""

import signal
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_kit import taking_in
from catalog_kit.markup import has_markup, is_left_whole
from catalog_kit.placing import fill_in_html
from catalog_kit.taking_in import TakenIn, problems_of_markup, take_in

LETTER = """
<style>td { border: 1px solid #ccc }</style>
<table width="100%" cellpadding="4"><tr><th>Nummer<td>{{ factuur.nummer }}</table>
<p class=note>Beste {{ klant.naam }}, 3 < 4 & 5 > 2<p>Tot ziens<br>
<a href="mailto:info@example.com">mail</a> <a href="#onder">verder</a> <img src="data:image/png;base64,AAAA" alt="">
<li>los<h2 id="onder">Onder</h2></b>
"""


def test_nothing_is_taken_out_of_html_that_is_merely_untidy():
    assert is_left_whole(LETTER)
    assert problems_of_markup(LETTER) == []


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p/onclick=alert(1)>x",
        '<p title="x"onclick=alert(1)>x',
        "<p \x0conclick=alert(1)>x",
        "<a\0 onclick=alert(1)>x</a>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<style><!--</style><img src=x onerror=alert(1)>-->",
        '<a href="java&#115;cript:alert(1)">x</a>',
        '<a href="java&Tab;script&colon;alert(1)">x</a>',
        '<img src="ftp://example.com/x.png">',
        '<p style="width: expression(alert(1))">x</p>',
        "<unknown-element>x</unknown-element>",
    ],
)
def test_what_a_browser_would_run_or_fetch_is_taken_out(html):
    assert not is_left_whole(html)
    assert problems_of_markup(html) != []


def test_what_only_nh3_sees_is_refused_as_well(monkeypatch):
    """The reader that keeps places must not decide alone."""
    monkeypatch.setattr(taking_in, "scan", lambda text: iter(()))
    assert len(problems_of_markup("<script>alert(1)</script>")) == 1


@pytest.mark.parametrize(
    "html",
    [
        # What belongs to a whole page is left out of a part of one, also where everything is allowed.
        "<body onload=alert(1)>",
        "<html onload=alert(1)>",
        "<style>@import 'https://example.com/x.css';</style>",
        "<style>@import 'https://example.com/x.css';",
        "<style>@import 'https://example.com/x.css';</style/>",
        # It drops a tag that does not end; with the next part of the page behind it, it would.
        "<p>a</p><img src=x onerror=alert(1) ",
    ],
)
def test_what_nh3_lets_through_is_refused_by_our_own_reader(html):
    assert is_left_whole(html)
    assert problems_of_markup(html) != []


PIECES = (
    "<",
    ">",
    "</",
    "<a ",
    "<a b='",
    '<a b="',
    "<p>",
    "</p>",
    "<style>",
    "<svg>",
    "</style",
    "<!",
    "<!--",
    "<![",
    "<?",
    "&#",
    "/",
)
"""What begins something in HTML or ends it; most of it has no end when it stands alone."""


@given(st.lists(st.sampled_from((*PIECES, "'", '"', "=", "-->", "]", "a", " ", "@import", "onclick"))).map("".join))
def test_whatever_is_written_gets_an_answer_and_what_passes_is_left_whole(html):
    is_text = not has_markup(html)
    is_fine = is_text or ("@import" not in html.partition("<style")[2] and is_left_whole(html))
    assert problems_of_markup(html) or is_fine


@pytest.mark.parametrize(
    "text",
    [
        "Druk <1,5 bar",
        "Als a <b dan",
        "Jan <jan@example.nl> & Piet",
        "Zie <https://example.nl/a> of <zie onder>",
        "1 </ 2 en <3",
        "<img src=x onerror=alert(1)",
        "<? en <!",
    ],
)
def test_of_a_text_without_tags_every_sign_is_kept_and_shown(text):
    assert problems_of_markup(text) == []
    assert take_in(text) == TakenIn(text, ())
    assert unescape(fill_in_html(text, {})) == f"<p>{text}</p>"


@pytest.fixture
def little_work() -> Iterator[None]:
    """End a test that keeps this process busy for ten seconds, however long others keep it waiting."""

    def end(*_given: Any) -> None:
        raise AssertionError("This takes more and more work the longer a text is.")

    former = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, 10)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, former)


@pytest.mark.usefixtures("little_work")
class TestTheLongestText:
    """Whoever may write a template has no way to keep a web server busy with it."""

    def test_one_word(self):
        assert problems_of_markup(f"<p>{'a' * 200_000}</p>") == []

    def test_tags_in_tags(self):
        assert problems_of_markup("<p>" + "<a" * 100_000 + ">") != []

    @pytest.mark.parametrize("piece", PIECES)
    def test_the_same_piece_again_and_again(self, piece):
        for beginning in ("", "<style>", "<p title='"):
            problems_of_markup(beginning + piece * (200_000 // len(piece)))
            take_in(beginning + piece * (200_000 // len(piece)))

    def test_an_address_of_one_word(self):
        assert problems_of_markup(f'<a href="{"a" * 200_000}:x">x</a>') != []
