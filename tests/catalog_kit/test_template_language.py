"""The language of templates: what is read, which names it uses, and where it ends."""

import time

import pytest
from django.utils import translation

from catalog_kit.template_language import TemplateFault, masked, read_template, used_names, without_braces


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def filled(text, **values):
    marked = read_template(text).fill_in({name.replace("__", "."): value for name, value in values.items()})
    return marked.text, marked.values


def test_a_value_is_kept_beside_the_text_and_not_in_it():
    assert filled("Beste {{ klant.naam }}!", klant__naam="Jan") == ("Beste \ue0000\ue001!", ["Jan"])


def test_conditions_repetitions_and_filters_are_carried_out():
    text = "{% for r in f.regels %}{% if r.n > 1 %}{{ r.naam | upcase }}{% else %}-{% endif %}{% endfor %}"
    rows = [{"n": 1, "naam": "a"}, {"n": 2, "naam": "b"}]
    assert filled(text, f__regels=rows) == ("-\ue0000\ue001", ["B"])


def test_what_a_template_gathers_keeps_its_values_apart():
    text = "{% capture x %}<b>{{ a }}</b>{% endcapture %}{{ x }}{{ x | upcase }}"
    marked, values = filled(text, a="<i>")
    assert marked == "<b>\ue0000\ue001</b>\ue0001\ue001"
    assert values[0] == "<i>"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ b }} {{a}} {{ b }}", ["b", "a"]),
        ("{% for r in f.regels %}{{ r.n }}{{ forloop.index }}{% endfor %}{{ r.x }}", ["f.regels", "f.regels.n", "r.x"]),
        ("{% assign t = a.b %}{{ t }}{% if c == d.e %}{% endif %}", ["a.b", "c", "d.e"]),
        ("{% if a %}{% assign x = b %}{% endif %}{{ x }}", ["a", "b"]),
        ("{{ a | append: b | default: 'c' }}", ["a", "b"]),
        ("{{ f.regels.size }}{{ f.regels[0].n }}{{ f.regels.last.n }}", ["f.regels", "f.regels.n"]),
        ("{{ veld.1e meting }}{{ veld.in }}{{ veld.a/b }}", ["veld.1e meting", "veld.in", "veld.a/b"]),
        ("{% comment %}{{ a }}{% endcomment %}", []),
        ("{{ niet", []),
    ],
)
def test_the_names_that_a_template_uses(text, names):
    assert used_names(text) == names


def test_a_name_that_liquid_would_not_read_is_filled_in_all_the_same():
    values = {"veld.1e meting": "12", "veld.a.b": "x"}
    assert read_template("{{ veld.1e meting }}{{ veld.a.b }}").fill_in(values).values == ["12", "x"]


def test_what_an_editor_makes_of_signs_between_braces_is_undone():
    marked = read_template("{% if&nbsp;a &gt; 1 %}{{&nbsp;a\xa0}}{% endif %}").fill_in({"a": 2})
    assert marked.values == [2]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a\n{{ klant.naam", 2, "{{ stands alone. Write }} behind it"),
        ("{% if a %}", 1, "{% if %} is not closed: write {% endif %} behind it."),
        ("a\n\n{% endfor %}", 3, "{% endfor %} closes nothing here."),
        ("{% if a %}{% endfor %}{% endif %}", 1, "{% endfor %} closes nothing here."),
        ("{% else %}", 1, "{% else %} belongs to nothing here."),
        ("{% include 'geheim' %}", 1, "{% include 'geheim' %} is no tag that a template may have."),
        ("{% render 'geheim' %}", 1, "is no tag that a template may have."),
        ("{% raw %}x{% endraw %}", 1, "is no tag that a template may have."),
        ("{% comment %}{% raw %}{% endcomment %}{% endraw %}", 1, "is no tag that a template may have."),
        ("{% %}", 1, "{% %} is no tag that a template may have."),
        ("{{ a | base64_decode }}", 1, "There is no filter “base64_decode”."),
        ("{{ a | safe }}", 1, "There is no filter “safe”."),
        ("{{ a b }}", 1, "This cannot be read: {{ a b }}"),
        ("{{#each x}}", 1, "This cannot be read: {{#each x}}"),
        ("{{ a[b] }}", 1, "A name between [ and ] is a number or stands between quotes."),
        ("{% for i in (1..5000) %}{% endfor %}", 1, "A range has two numbers that are at most 1000 apart"),
        ("{% for i in (1..a) %}{% endfor %}", 1, "A range has two numbers that are at most 1000 apart"),
        ("{% if a %}" * 21 + "{% endif %}" * 21, 1, "At most 20 blocks may stand within each other."),
        ("{{ a }}\n" * 4001, 4001, "At most 4000 placeholders and tags may stand in one text."),
        ("{{ " + "a" * 1100 + " }}", 1, "What stands between these braces is too long"),
        ("x {{" + " " * 200_000 + "}}", 1, "What stands between these braces is too long"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text, line, says):
    with pytest.raises(TemplateFault) as fault:
        read_template(text)
    assert says in str(fault.value)
    assert fault.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in (1..1000) %}{% for j in (1..1000) %}{% endfor %}{% endfor %}",
        "{% for i in (1..1000) %}{% endfor %}" * 20,
        "{% for i in (1..1000) %}" + "{% if 1 == 1 %}{% endif %}" * 500 + "{% endfor %}",
        "{% assign x = 'a' %}{% for i in (1..900) %}{% assign x = x | append: x %}{% endfor %}",
        "{% assign x = 'a' %}{% for i in (1..18) %}{% assign x = x | append: x %}{% endfor %}{{ x | replace: '', x }}",
        "{% assign x = 'a' %}{% for i in (1..18) %}{% assign x = x | append: x %}{% endfor %}{{ x | split: '' }}",
        "{% assign x = 9 %}{% for i in (1..900) %}{% assign x = x | times: x %}{% endfor %}",
        "{% capture x %}0123456789{% endcapture %}{% for i in (1..17) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}"
        "{% endfor %}{{ x }}{{ x }}{{ x }}",
        "{{ 1 | divided_by: 0 }}",
        "{% break %}",
        "{% if 'a' < 3 %}{% endif %}",
    ],
)
def test_what_asks_for_too_much_ends_in_a_sentence(text):
    before = time.process_time()
    with pytest.raises(TemplateFault):
        read_template(text).fill_in({})
    assert time.process_time() - before < 10


@pytest.mark.parametrize(
    "text", ["{{ a.__class__ }}", "{{ a.upper }}", "{{ b.keys }}", "{{ b.items }}", "{{ c.real }}"]
)
def test_nothing_of_python_is_reached(text):
    marked = read_template(text).fill_in({"a": "x", "b": {"y": 1}, "c": 3}, is_missing_shown=False)
    assert marked.values == [""]


def test_a_value_that_looks_like_a_placeholder_or_a_mark_stays_a_value():
    marked = read_template("{{ a }}").fill_in({"a": "{{ b }}", "b": "geheim"})
    assert marked.values == ["{{ b }}"]
    assert "\ue000" not in read_template("\ue0000\ue001").fill_in({}).text


def test_what_has_no_value_stays_as_it_stands_or_is_left_empty():
    template = read_template("{{ eigen.uren }}")
    assert template.fill_in({}).values == ["{{ eigen.uren }}"]
    assert template.fill_in({}, is_missing_shown=False).values == [""]
    assert read_template("{{ eigen.uren | default: 'bel' }}").fill_in({}).values == ["bel"]


def test_what_stands_between_braces_is_covered_letter_for_letter():
    text = "<p>{{ a }}{% if a < b %}x{% endif %}</p>"
    assert masked(text) == f"<p>{chr(0xE002) * 7}{' ' * 14}x{' ' * 11}</p>"
    assert without_braces("van {{ a }} tot") == f"van {' ' * 7} tot"
    assert without_braces("{{ niet") == "{{ niet"


def test_a_date_can_be_written_otherwise():
    with translation.override("nl"):
        template = read_template("{{ a | date: '%-d %B %Y' }} {{ b | date: '%d/%m' }} {{ c | date: '%999999999d' }}")
        values = template.fill_in({"a": "03-11-2025", "b": "2025-11-03", "c": "nooit"}).values
    assert values == ["3 november 2025", "03/11", "nooit"]
