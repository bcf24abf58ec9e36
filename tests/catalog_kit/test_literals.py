"""What is typed out in a template although every administration has its own."""

import pytest

from catalog_kit.literals import find_literals

OWN = [
    ("bedrijf.naam", "Van Dijk Groep B.V."),
    ("bedrijf.naam", "Van Dijk Groep"),
    ("bedrijf.adres", "Ambachtsweg 11"),
    ("bedrijf.postcode", "3921 AB"),
    ("bedrijf.plaats", "Utrecht"),
    ("bedrijf.email", "info@van-dijk.example"),
    ("bedrijf.telefoon", "030 555 01 07"),
    ("bedrijf.btw_nummer", "NL800000001B01"),
    ("bedrijf.iban", "NL21 DEMO 0300 0011 17"),
]


def found_in(text):
    return [(one.value, one.placeholder, one.is_own) for one in find_literals(text, OWN)]


@pytest.mark.parametrize(
    "text",
    [
        "IBAN NL21DEMO0300001117",
        "IBAN: NL21 DEMO 0300 0011 17, graag binnen 14 dagen",
        "nl21demo0300001117",
        "<p>NL21 <b>DEMO</b>&nbsp;0300 0011 17</p>",
        "NL21.DEMO.0300.0011.17 t.n.v. ons",
        "NL21\nDEMO 0300\t0011-17",
    ],
)
def test_the_own_iban_is_found_whatever_stands_between(text):
    assert found_in(text) == [("NL21 DEMO 0300 0011 17", "bedrijf.iban", True)]


@pytest.mark.parametrize(
    ("text", "value", "placeholder"),
    [
        ("betaal op NL91 ABNA 0417 1643 00 op naam van ons", "NL91 ABNA 0417 1643 00", "bedrijf.iban"),
        ("naar BE68 5390 0754 7034.", "BE68 5390 0754 7034", "bedrijf.iban"),
        ("btw NL004495445B01", "NL004495445B01", "bedrijf.btw_nummer"),
        ("TVA BE 0428.759.497", "BE 0428.759.497", "bedrijf.btw_nummer"),
    ],
)
def test_any_number_with_the_right_check_digits_is_found(text, value, placeholder):
    assert found_in(text) == [(value, placeholder, False)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NL91 ABNA 0417 1643 01",  # the check digits are wrong
        "werkbon NL20250117 is klaar",
        "de 123456789 klanten, at 12345678 en be 0428759497",
        "{{ bedrijf.iban }} {{ bedrijf.naam }}",
        "Utrecht en omstreken",
        "XNL21DEMO0300001117",
        "030 555 01 078",
        "Van Dijk Groepsvervoer",
        "Ambachtsweg 110",
    ],
)
def test_what_is_none_of_it_is_left_alone(text):
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("text", "value", "placeholder"),
    [
        ("<a href='mailto:INFO@van-dijk.example'>mail ons</a>", "info@van-dijk.example", "bedrijf.email"),
        ("van van  dijk\ngroep, bel ons", "Van Dijk Groep", "bedrijf.naam"),
        ("Groet, Van Dijk Groep B.V.", "Van Dijk Groep B.V.", "bedrijf.naam"),
        ("Ambachtsweg 11, ergens", "Ambachtsweg 11", "bedrijf.adres"),
        ("3921AB", "3921 AB", "bedrijf.postcode"),
        ("Bel 030-555 0107", "030 555 01 07", "bedrijf.telefoon"),
        ("BTW NL 8000.00.001.B01", "NL800000001B01", "bedrijf.btw_nummer"),
    ],
)
def test_the_senders_name_and_address_are_found(text, value, placeholder):
    assert found_in(text) == [(value, placeholder, True)]
