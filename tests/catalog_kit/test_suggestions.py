"""The name that somebody may have meant."""

import pytest

from catalog_kit.suggestions import nearest_name

KNOWN = [
    *("bedrijf.naam", "bedrijf.logo", "bedrijf.iban", "klant.naam", "klant.adres", "werkbon.nummer", "werkbon.regels"),
    *("factuur.nummer", "factuur.vervaldatum", "factuur.subtotaal", "factuur.totaal", "factuur.regels"),
]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("bedrijfsnaam", "bedrijf.naam"),
        ("Bedrijf.IBAN", "bedrijf.iban"),
        ("bedrijf_logo", "bedrijf.logo"),
        ("logo", "bedrijf.logo"),
        ("totaal_bedrag", "factuur.totaal"),
        ("company_name", "bedrijf.naam"),
        ("invoice.number", "factuur.nummer"),
        ("invoice_lines", "factuur.regels"),
        ("vervaldatum", "factuur.vervaldatum"),
        ("plan.doel", ""),
        ("first_name", ""),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_a_name_that_is_like_another_is_offered_and_nothing_else(name, nearest):
    assert nearest_name(name, KNOWN) == nearest
