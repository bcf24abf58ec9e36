"""HTML as people paste it: what a template keeps of it, and what it says of the rest."""

import pytest
from django.utils import translation

from catalog_kit.html_scanning import scan
from catalog_kit.taking_in import TakenIn, problems_of_markup, take_in

PAGE = """<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"><title>Factuur</title>
<!--[if mso]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><![endif]-->
<style>@import url(https://x.test/a.css); @media print{p{margin:0}} td{width:100%}</style>
</head>
<body bgcolor="#eee" style="margin:0" onload="start()">
<!-- gewoon -->
<table role="presentation" bgcolor="#fff"><tr><td>
<a href="{{ eigen.portaal }}" target="_blank" onclick="volg()">Open</a>
{% if klant.naam < "b" %}<b>x</b>{% endif %}
<!--[if !mso]><!--><p>Niet in Outlook</p><!--<![endif]-->
<script>alert(1)</script>
</td></tr></table>
</body>
</html>
"""
KEPT = """<style> @media print{p{margin:0}} td{width:100%}</style>

<div bgcolor="#eee" style="margin:0">

<table role="presentation" bgcolor="#fff"><tr><td>
<a href="{{ eigen.portaal }}" target="_blank">Open</a>
{% if klant.naam < "b" %}<b>x</b>{% endif %}
<p>Niet in Outlook</p>

</td></tr></table>
</div>"""


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_of_a_whole_page_the_body_and_its_style_are_kept_and_the_rest_is_one_list():
    taken = take_in(PAGE)
    assert taken.text.replace("\n\n\n", "\n\n") == KEPT
    assert [(one.line, one.what) for one in taken.left_out] == [
        (1, "page"),
        (5, "outlook"),
        (6, "style"),
        (8, "attribute"),
        (9, "comment"),
        (11, "attribute"),
        (13, "outlook"),
        (14, "element"),
    ]
    assert str(taken.left_out[-1]) == "Line 14: <script>alert(1)</script> and what is in it, because it could run"


def test_what_was_taken_in_once_is_taken_in_whole_again():
    kept = take_in(PAGE).text
    assert take_in(kept).text == kept
    assert take_in(kept).left_out == ()
    assert problems_of_markup(kept) == []


@pytest.mark.parametrize(
    "html",
    [
        "",
        "Druk < 2 bar & 5 > 3, {{ klant.naam }}",
        '<TABLE Role=presentation BGCOLOR="#FFF" cellpadding=0><TR><TD nowrap data-x="1" aria-label="a">x',
        '<a href="https://{{ eigen.portaal }}/?a={{ klant.nummer }}" target="_blank" rel="noopener">x</a>',
        '<a href=\'#onder\' name=x>a</a><a href="tel:030">b</a><a href=mailto:x@y.test>c</a><a href="">d</a>',
        '<td {% if klant.naam %}class="b"{% endif %} width={{ eigen.breedte }}>x</td>',
        "<style type='text/css'>@media (max-width:600px){.a{width:100%!important}}</style>",
        '<img src="https://x.test/a.png" alt="" width=1><img src="{{ bedrijf.logo }}">',
        "<p style=\"mso-line-height-rule:exactly;font-family:Arial,'Helvetica Neue'\">x</p >",
        "<center><font face=Arial size=2>x</font></center>",
    ],
)
def test_what_is_harmless_is_kept_to_the_letter(html):
    taken = take_in(html)
    assert taken.text == html
    assert taken.left_out == ()
    assert problems_of_markup(html) == []


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<scr<script></script>ipt>alert(1)</script>", "ipt>alert(1)"),
        ("<p/onclick=alert(1)>x", "<p>x"),
        ('<p title="x"onclick=alert(1)>x', '<p title="x">x'),
        ("<svg><style><img src=x onerror=alert(1)></style></svg>a", "a"),
        ("<svg><p title='</svg><img src=x onerror=alert(1)>'>", "<p title='</svg><img src=x onerror=alert(1)>'>"),
        ("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<img src=x>'>"),
        ('<a href="java&#115;cript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="java&Tab;script&colon;alert(1)">x</a>', "<a>x</a>"),
        ('<a href=" \x01javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="data:text/html,x">x</a><img src="data:image/svg+xml,x">', "<a>x</a><img>"),
        ('<p style="width: expr/**/ession(alert(1))">x</p>', "<p>x</p>"),
        ('<p style="background:url(java\\73 cript:alert(1))">x</p>', "<p>x</p>"),
        ("<style>p{behavior:url(x)}</style>a", "a"),
        ("<form action=x><input name=a>Naam<button onclick=x>b</button></form>", "Naamb"),
        ("<o:p>x</o:p></p onclick=x>", "x</p>"),
        ("<!--><img src=x onerror=alert(1)>-->", "<img src=x>-->"),
        ("<![CDATA[<img src=x onerror=alert(1)>]]>", "]]>"),
        ("<textarea><script>x</script></textarea>b", "b"),
        ("<base href='https://x.test'><meta http-equiv=refresh content='0;url=x'>a", "a"),
        ("a <plaintext>b</plaintext><script>", "a "),
    ],
)
def test_what_could_run_is_taken_out(html, kept):
    assert problems_of_markup(html) != []
    taken = take_in(html)
    assert taken.text == kept
    assert taken.left_out
    assert problems_of_markup(taken.text) == []


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>a</p><img src=x onerror=alert(1) ", "<p>a</p>&lt;img src=x onerror=alert(1) "),
        ("<p>a</p>\n<p title='b>c</p>\n<p>d</p>", "<p>a</p>\n&lt;p title='b>c</p>\n<p>d</p>"),
        ("<p>a</p><!-- b <i>c</i>", "<p>a</p>&lt;!-- b <i>c</i>"),
        ("<p>a</p><style>p{} <p>b</p>", "<p>a</p>&lt;style>p{} <p>b</p>"),
        ("<p>{{ klant.naam }}</p> als a <b{{ klant.nummer }}", "<p>{{ klant.naam }}</p> als a &lt;b{{ klant.nummer }}"),
    ],
)
def test_what_is_not_closed_takes_nothing_along_that_stands_behind_it(html, kept):
    taken = take_in(html)
    assert taken.text == kept
    assert [one.what for one in taken.left_out] == ["unfinished"]
    assert problems_of_markup(taken.text) == []


def test_an_address_between_signs_of_its_own_stays():
    taken = take_in("<p>Jan <jan@example.nl>, zie <https://example.nl/></p>")
    assert taken == TakenIn("<p>Jan &lt;jan@example.nl>, zie &lt;https://example.nl/></p>", ())


def test_many_comments_are_told_as_one():
    taken = take_in("<p>x</p>\n" + "<!-- a -->\n" * 70)
    assert [str(one) for one in taken.left_out] == ["Line 2: the comment <!-- a --> (+ 69)"]


def test_a_text_that_is_no_template_comes_back_whole():
    assert take_in("<script>{{ niet</script>").text == "<script>{{ niet</script>"


@pytest.mark.parametrize(
    "html", [PAGE, "<p a='", "<a b=c>d</a e><!-- f", "<style>g</style x><title>h", "<plaintext>i", "<"]
)
def test_the_pieces_of_a_text_are_the_whole_text(html):
    pieces = list(scan(html))
    assert "".join(html[piece.start : piece.end] for piece in pieces) == html
