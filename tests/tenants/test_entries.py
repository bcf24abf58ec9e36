"""Numbers, dates and times as people here write them, and what is refused with what to write."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django.utils import translation

from tenants.entries import (
    Unreadable,
    canonical,
    problem_of_entry,
    read_date,
    read_date_time,
    read_number,
    read_time,
    read_whole_number,
    written,
)

ODD_NUMBERS = (
    *(
        "1_000",
        "1e3",
        "1E3",
        "1e999999",
        "NaN",
        "nan",
        "sNaN",
        "Infinity",
        "inf",
        "-inf",
        "0x10",
        "١٢",
        "１２",
        "½",
        "²",
    ),
    *("+5", "−5", "--", "-", ".5", "5.", ",", "1.000,5", "1,000.5", "1,2,3", "1 000", "1\u00a0000", "1/2", "12%", "€5"),
    *("", " ", "9" * 13, "9" * 5000, "0,0000001"),
)
ODD_DATES = (
    *("20261128", "2026-W48-6", "2026-332", "2026-11", "2026", "28.11.2026", "28-11-26", "28-11", "2026-1-8", "morgen"),
    *("2026-11-28T00:00", "2026-11-28 .", "28-11/2026", "2026/11/28", "٢٠٢٦-١١-٢٨", ""),
    *("2026-02-30", "31-04-2026", "2026-13-01", "0000-01-01"),
)
ODD_TIMES = (
    *("10.30", "10,30", "T10", "T10:30", "10", "1030", "10:3", "24:00", "25:00", "10:60", "half", "١٠:٣٠", ""),
    *("10:30:15", "10:30Z", "10:30+01:00", "10:30.5"),
)
ODD_MOMENTS = (
    *("2026-11-28", "10:30", "20261128T1030", "2026-11-28T10.30", ""),
    *("2026-11-28T10:30Z", "2026-11-28T10:30+01:00", "2026-11-28T10:30:15"),
)


@pytest.mark.parametrize("text", ["1,5", "1.5", " 1,5 ", "1,50", "01.5", 1.5, Decimal("1.5")])
def test_a_comma_and_a_point_are_the_same(text):
    assert read_number(text) == Decimal("1.5")


@pytest.mark.parametrize("text", ODD_NUMBERS)
def test_an_odd_number_is_refused_with_what_to_write(text):
    with translation.override("en"), pytest.raises(Unreadable, match="Write"):
        read_number(text)


@pytest.mark.parametrize("entry", [True, None, [], {}, float("nan"), float("inf"), 1e300, Decimal("NaN")])
def test_what_is_no_number_in_json_is_refused(entry):
    with pytest.raises(Unreadable):
        read_number(entry)
    with pytest.raises(Unreadable):
        read_whole_number(entry)


def test_a_negative_number_and_zero_are_numbers():
    assert [str(read_number(text)) for text in ("-3", "-0", "000", "-0,0")] == ["-3", "0", "0", "0.0"]


@pytest.mark.parametrize("entry", ["12", " 12 ", "012", 12, 12.0, Decimal("12.00")])
def test_a_whole_number_has_digits_alone(entry):
    assert read_whole_number(entry) == 12


@pytest.mark.parametrize("entry", [*ODD_NUMBERS, "1,5", "1.0", "12,0", 1.5, Decimal("1.5")])
def test_what_is_not_whole_is_refused_with_what_to_write(entry):
    with translation.override("en"), pytest.raises(Unreadable, match="Write"):
        read_whole_number(entry)


@pytest.mark.parametrize("text", ["2026-11-08", "08-11-2026", "8-11-2026", "8/11/2026", " 08-11-2026 "])
def test_a_date_is_written_in_either_order_of_the_year(text):
    assert read_date(text) == date(2026, 11, 8)


@pytest.mark.parametrize("text", ODD_DATES)
def test_an_odd_date_is_refused_in_words(text):
    with translation.override("en"), pytest.raises(Unreadable, match=r"Write it as 28-11-2026|day of the calendar"):
        read_date(text)


@pytest.mark.parametrize(("text", "found"), [("9:30", time(9, 30)), ("09:30", time(9, 30)), ("23:59:00", time(23, 59))])
def test_a_time_has_hours_and_minutes(text, found):
    assert read_time(text) == found


@pytest.mark.parametrize("text", ODD_TIMES)
def test_an_odd_time_is_refused_with_what_to_write(text):
    with translation.override("en"), pytest.raises(Unreadable, match="Write hours and minutes with a colon"):
        read_time(text)


@pytest.mark.parametrize("text", ["2026-11-28T10:30", "2026-11-28 10:30", "28-11-2026 10:30", "2026-11-28T10:30:00"])
def test_a_moment_is_a_date_and_a_time(text):
    assert read_date_time(text) == datetime(2026, 11, 28, 10, 30)


@pytest.mark.parametrize("text", ODD_MOMENTS)
def test_an_odd_moment_is_refused_with_what_to_write(text):
    with translation.override("en"), pytest.raises(Unreadable, match="28-11-2026 14:05"):
        read_date_time(text)


def test_an_entry_is_kept_in_one_form():
    kept = [
        canonical("number", "1,50"),
        canonical("date", "8-11-2026"),
        canonical("time", "9:30"),
        canonical("text", "1,5"),
    ]
    assert kept == ["1.5", "2026-11-08", "09:30", "1,5"]
    assert canonical("number", "veel") == "veel"


def test_any_text_is_an_entry_for_a_text():
    assert problem_of_entry("text", "1e3") == problem_of_entry("radio", "٣") == ""


@pytest.mark.parametrize(
    ("kind", "kept", "dutch"),
    [
        ("number", "32.7", "32,7"),
        ("number", "1234567.5", "1234567,5"),
        ("date", "2026-11-08", "8-11-2026"),
        ("time", "09:30", "09:30"),
        ("date_time", "2026-11-08T10:30:00+01:00", "8-11-2026 10:30"),
        ("text", "32.7", "32.7"),
        ("number", "veel", "veel"),
        ("date_time", "ooit", "ooit"),
    ],
)
def test_a_kept_entry_is_written_as_people_here_write_it(kind, kept, dutch):
    with translation.override("nl"):
        assert written(kind, kept) == dutch


@pytest.mark.parametrize("number", ["0", "-3", "32.7", "0.000001", "123456789012.123456"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_number_as_it_is_written_is_read_back(language, number):
    with translation.override(language):
        assert read_number(written("number", number)) == Decimal(number)
