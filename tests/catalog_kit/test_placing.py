"""Values in a template, escaped for where they stand."""

import pytest
from django.utils.safestring import mark_safe

from catalog_kit.placing import Picture, Rows, fill_in_html, fill_in_line, fill_in_text

TABLE = mark_safe("<table><tr><td>a</td></tr>\n<tr><td>b</td></tr></table>")
VALUES = {
    "klant.naam": '<b>Jan & "co"</b>\'s',
    "eigen.uren": "ma–vr\n8–17",
    "eigen.portaal": "https://x.test/a",
    "eigen.breuk": "https://x.test/\nb",
    "eigen.gevaar": "javascript:alert(1)",
    "eigen.post": "mailto:info@x.test",
    "eigen.bel": "tel:+31 30 555 0107",
    "eigen.kaal": "x.test/a",
    "eigen.http": "http://x.test/a",
    "eigen.kleur": "#a11; background: url(https://x.test/)",
    "eigen.vraag": "a=b&c=d",
    "bedrijf.telefoon": "030 555 01 07",
    "bedrijf.email": "info@x.test",
    "bedrijf.logo": Picture("", "Van Dijk & Zonen"),
    "factuur.regels": Rows([{"aantal": "<2>"}], TABLE),
    "leeg": "",
}


def filled(text, **changed):
    return fill_in_html(text, {**VALUES, **changed})


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<p>{{ klant.naam }}</p>", '<p>&lt;b&gt;Jan &amp; "co"&lt;/b&gt;\'s</p>'),
        ("<p>{{ klant.naam | escape }}</p>", '<p>&lt;b&gt;Jan &amp; "co"&lt;/b&gt;\'s</p>'),
        ("<p>{{ eigen.uren }}</p>", "<p>ma–vr<br>8–17</p>"),
        ('<p title="{{ eigen.uren }}">x</p>', '<p title="ma–vr 8–17">x</p>'),
        (
            "<p title={{ klant.naam }} class=x>y</p>",
            '<p title="&lt;b&gt;Jan &amp; &quot;co&quot;&lt;/b&gt;\'s" class="x">y</p>',
        ),
        ("<p {{ klant.naam }} class=x>y</p>", '<p class="x">y</p>'),
        ('<p style="color: {{ eigen.kleur }}">x</p>', '<p style="color: #a11 background url(httpsx.test)">x</p>'),
        ("<style>p{color:{{ eigen.kleur }}}</style>", "<style>p{color:#a11 background url(httpsx.test)}</style>"),
        (
            "<p>{{ factuur.regels }}</p>".replace("p>", "div>"),
            f"<div>{TABLE.replace('<tr>', '<tbody><tr>', 1).replace('</table>', '</tbody></table>')}</div>",
        ),
        ("<b>{% for r in factuur.regels %}{{ r.aantal }}{% endfor %}</b>", "<b>&lt;2&gt;</b>"),
        ('<p title="{{ factuur.regels }}">x</p>', '<p title="a b">x</p>'),
    ],
)
def test_a_value_is_escaped_for_where_it_stands(text, html):
    assert filled(text) == html


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("{{ eigen.portaal }}", "https://x.test/a"),
        ("https://{{ eigen.portaal }}", "https://x.test/a"),
        ("https://{{ eigen.kaal }}", "https://x.test/a"),
        ("{{ eigen.breuk }}", "https://x.test/b"),
        (
            "https://y.test/?q={{ eigen.vraag }}&n={{ klant.naam }}",
            "https://y.test/?q=a%3Db%26c%3Dd&amp;n=%3Cb%3EJan%20%26%20%22co%22%3C%2Fb%3E%27s",
        ),
        ("https://y.test/?q={{ eigen.vraag | url_encode }}", "https://y.test/?q=a%3Db%26c%3Dd"),
        ("mailto:{{ bedrijf.email }}?subject={{ eigen.vraag }}", "mailto:info@x.test?subject=a%3Db%26c%3Dd"),
        ("tel:{{ bedrijf.telefoon }}", "tel:0305550107"),
        ("mailto:{{ eigen.post }}", "mailto:info@x.test"),
        ("tel:{{ eigen.bel }}", "tel:+31305550107"),
        ("{{ eigen.bel }}", "tel:+31305550107"),
        ("{% if klant.naam %}{{ eigen.portaal }}{% endif %}", "https://x.test/a"),
    ],
)
def test_a_link_may_be_a_value_and_its_values_are_encoded(address, leads_to):
    assert filled(f'<a href="{address}">x</a>') == f'<a href="{leads_to}">x</a>'


@pytest.mark.parametrize(
    "address",
    [
        "{{ eigen.gevaar }}",
        " {{ eigen.gevaar }}",
        "https://{{ eigen.gevaar }}:x",
        "{{ eigen.kaal }}",
        "{{ eigen.http }}",
        "{{ leeg }}{{ eigen.gevaar }}",
        "java{{ leeg }}script:alert(1)",
        "{{ eigen.weg }}",
        "{% capture x %}javascript:alert(1){% endcapture %}{{ x }}",
    ],
)
def test_a_link_that_a_value_may_not_begin_is_no_link(address):
    assert "javascript" not in filled(f'<a href="{address}">x</a>').replace("https://javascript%3A", "")
    if "https" not in address:
        assert "href" not in filled(f'<a href="{address}">x</a>')


def test_a_picture_is_a_picture_or_its_words():
    layout = '<p><img src="{{ bedrijf.logo }}" alt="logo" width="80"></p>{{ bedrijf.logo }}'
    assert filled(layout) == "<p><strong>Van Dijk &amp; Zonen</strong></p><strong>Van Dijk &amp; Zonen</strong>"
    logo = Picture("data:image/png;base64,AAAA", "Van Dijk")
    picture = '<img src="data:image/png;base64,AAAA" alt="logo" width="80">'
    again = '<img src="data:image/png;base64,AAAA" alt="Van Dijk">'
    assert filled(layout, **{"bedrijf.logo": logo}) == f"<p>{picture}</p>{again}"
    assert fill_in_line("Van {{ bedrijf.logo }}", VALUES) == "Van Van Dijk & Zonen"


def test_text_without_tags_is_text_in_paragraphs():
    html = filled("A\n\nDruk < 2 bar, mail <info@x.test>\n\nB {{ klant.naam }}\n{{ eigen.uren }}")
    assert html == (
        "<p>A</p>\n\n<p>Druk &lt; 2 bar, mail &lt;info@x.test&gt;</p>\n\n"
        '<p>B &lt;b&gt;Jan &amp; "co"&lt;/b&gt;\'s<br>ma–vr<br>8–17</p>'
    )


def test_a_table_of_twenty_rows_has_no_empty_lines_above_it():
    rows = "\n".join("<tr><td>x</td></tr>" for _number in range(20))
    table = Rows([], mark_safe(f"<table><tbody>{rows}</tbody></table>"))
    assert filled("<div>{{ factuur.regels }}</div>", **{"factuur.regels": table}) == f"<div>{table}</div>"


def test_a_subject_is_one_line_and_an_sms_is_plain_text():
    assert fill_in_line("Open {{ eigen.uren }}\n!", VALUES) == "Open ma–vr 8–17 !"
    assert fill_in_text("Open {{ eigen.uren }} <3 {{ klant.naam }}", VALUES) == (
        'Open ma–vr\n8–17 <3 <b>Jan & "co"</b>\'s'
    )


def test_what_a_template_holds_in_spite_of_the_rules_does_not_run_when_it_is_shown():
    hostile = "<script>alert(1)</script><p onclick=alert(1)>a</p><scr{% if x %}{% endif %}ipt>alert(2)</script>"
    assert filled(f"{hostile}<style>@import 'https://x.test/'</style>") == "<p>a</p><style></style>"


def test_a_value_cannot_forge_the_mark_of_another():
    assert filled("<p>{{ a }}{{ b }}</p>", a="geheim", b="\ue0000\ue001x") in (
        "<p>geheimgeheimx</p>",
        "<p>geheim0x</p>",
    )
