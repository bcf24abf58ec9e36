"""Numbers keep every digit on their way through JSON."""

import json
from decimal import Decimal

import pytest

from tenants.exact_json import MARK, ExactDecoder, ExactEncoder, dump, load

NUMBERS = ["1234567890123456.7891", "0.10", "21.00", "-0.0000000000000000001", "1E+3", "99999999999999999999999999.5"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_comes_back_to_the_last_digit(number):
    assert load(f'{{"price": [{number}]}}') == {"price": [Decimal(number)]}
    assert dump({"price": [Decimal(number)]}) == f'{{"price": [{Decimal(number)}]}}'
    assert load(dump(load(number))) == Decimal(number)


def test_a_whole_number_stays_one():
    assert load("[12345678901234567890]") == [12345678901234567890]
    assert dump(load("[1, true, null]")) == "[1, true, null]"


def test_a_text_is_never_taken_for_a_number():
    for text in ("1.5", "decimal-1.5", MARK.replace(MARK[-5], "x"), '"', '"decimal-0:1.5"'):
        assert load(dump([text, Decimal("1.5")])) == [text, Decimal("1.5")]


def test_what_is_no_number_is_refused():
    with pytest.raises(TypeError):
        dump(Decimal("NaN"))
    with pytest.raises(TypeError):
        dump(object())


def test_it_can_be_had_by_way_of_the_standard_library():
    assert json.dumps({"b": Decimal("1.50")}, cls=ExactEncoder, sort_keys=True, indent=1) == '{\n "b": 1.50\n}'
    assert json.loads("1.50", cls=ExactDecoder) == Decimal("1.50")
