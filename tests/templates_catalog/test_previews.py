"""Previews: a template filled in with the administration's own details, without a database."""

from types import SimpleNamespace

import pytest
from django.utils import translation

from catalog_kit.company_values import company_values
from templates_catalog import local_values, previews
from templates_catalog.models import Layout, MessageTemplate
from templates_catalog.placeholders import PLACEHOLDERS
from templates_catalog.previews import preview_of, warnings_about
from templates_catalog.samples import layout_samples, sample_texts
from templates_catalog.shared_blocks import BlockBook


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def variables(monkeypatch):
    """The variables of the administration."""
    found = {"eigen.uren": "ma–vr\n8–17 <uur>"}
    monkeypatch.setattr(local_values, "own_values", lambda: found)
    monkeypatch.setattr(local_values, "letterhead", company_values)
    for module in (local_values, previews):
        monkeypatch.setattr(module, "read_book", lambda: BlockBook(()))
    return found


@pytest.fixture
def company():
    return SimpleNamespace(
        name="Noord",
        company_name="Van Dijk & Zonen",
        company_street="Dorpsstraat 1",
        company_postcode="",
        company_city="Zwolle",
        company_email="info@noord.example",
        company_phone="",
        company_vat_number="NL001234567B01",
        company_iban="NL91 ABNA 0417 1643 00",
    )


@pytest.mark.parametrize("kind", ["invoice", "quotation", "work_order"])
def test_every_placeholder_of_a_layout_has_a_sample(company, kind):
    values = company_values(company) | sample_texts() | layout_samples(Layout(kind=kind))
    assert [p.name for p in PLACEHOLDERS[kind] if p.name not in values] == []


@pytest.mark.parametrize("kind", ["email", "sms"])
def test_every_placeholder_of_a_message_has_a_sample(company, kind):
    values = company_values(company) | sample_texts()
    assert [p.name for p in PLACEHOLDERS[kind] if p.name not in values] == []


def test_an_email_shows_the_company_and_is_escaped(company):
    template = MessageTemplate(kind="email", subject="Van {{ bedrijf.naam }}", body="<p>{{ bedrijf.naam }}</p>")
    shown = preview_of(template, company)
    assert shown.subject == "Van Van Dijk & Zonen"
    assert shown.body == "<p>Van Dijk &amp; Zonen</p>"


def test_plain_text_gets_paragraphs_and_is_escaped_once(company):
    shown = preview_of(MessageTemplate(kind="sms", body="Hoi <b>\n\n{{ bedrijf.naam }}"), company)
    assert shown.body == "<p>Hoi &lt;b&gt;</p>\n\n<p>Van Dijk &amp; Zonen</p>"
    assert shown.is_text


def test_a_layout_shows_the_columns_that_are_on(company):
    layout = Layout(kind="invoice", body="{{ factuur.regels }}", show_code=True, show_vat=False)
    body = preview_of(layout, company).body
    assert "<th>Code</th>" in body
    assert "<th>VAT</th>" not in body
    assert "<th>Description</th>" in body


def test_a_logo_is_the_name_until_there_is_one(company):
    assert "<strong>Van Dijk &amp; Zonen</strong>" in preview_of(Layout(header="{{ bedrijf.logo }}"), company).body


def test_an_empty_detail_that_is_used_is_pointed_out(company):
    found = warnings_about(Layout(body="{{ bedrijf.telefoon }} {{ bedrijf.plaats }}"), company)
    assert found == ["{{ bedrijf.telefoon }} is empty: fill it in with the company details of the administration."]


def test_a_detail_that_is_typed_out_is_pointed_out(company):
    found = warnings_about(Layout(footer="Rekening NL91ABNA0417164300"), company)
    assert found == [
        "“NL91 ABNA 0417 1643 00” of Noord is typed out. "
        "Write {{ bedrijf.iban }}, so that every administration shows its own."
    ]


def test_a_variable_is_filled_in_as_text_with_its_lines(company):
    shown = preview_of(Layout(footer="{{ eigen.uren }}"), company)
    assert "ma–vr<br>8–17 &lt;uur&gt;" in shown.body


def test_a_variable_that_is_not_there_is_pointed_out_and_stays_as_it_stands(company):
    layout = Layout(footer="{{ eigen.openingstijden }}")
    assert warnings_about(layout, company) == [
        "{{ eigen.openingstijden }} is unknown: add it to the variables of the administration."
    ]
    assert "{{ eigen.openingstijden }}" in preview_of(layout, company).body


def test_a_value_that_looks_like_a_placeholder_is_not_filled_in_again(company, variables):
    variables["eigen.uren"] = "{{ bedrijf.iban }}"
    assert "NL91" not in preview_of(Layout(footer="{{ eigen.uren }}"), company).body


def test_a_variable_that_begins_a_link_and_is_none_is_pointed_out(company, variables):
    layout = Layout(footer='<a href="{{ eigen.portaal }}">x</a><a href="https://x.test/{{ eigen.uren }}">y</a>')
    variables["eigen.portaal"] = "javascript:alert(1)"
    assert warnings_about(layout, company) == [
        "{{ eigen.portaal }} stands in a link, and “javascript:alert(1)” is none: it begins with https://, mailto: or "
        "tel:. The link leads nowhere."
    ]
    assert "javascript" not in preview_of(layout, company).body
    variables["eigen.portaal"] = "https://x.test"
    assert warnings_about(layout, company) == []


def test_closing_braces_of_style_are_accepted_with_a_word(company):
    layout = Layout(body="<style>@media print{p{margin:0}}</style><p>x</p>")
    assert warnings_about(layout, company) == [
        "Somewhere }} or %} closes nothing. In style, write } } with a space: that is safer in Outlook."
    ]
    assert warnings_about(Layout(body="<style>p{margin:0}</style>{{ klant.naam }}"), company) == []


def test_what_cannot_be_filled_in_says_so_in_its_place(company):
    shown = preview_of(MessageTemplate(kind="email", subject="x", body="<p>a</p>\n{% if klant.naam %}"), company)
    assert shown.body == "<p><strong>Line 2: {% if %} is not closed: write {% endif %} behind it.</strong></p>"
