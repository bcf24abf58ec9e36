"""Numbers in the terminal are read as everywhere else."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants.management.arguments import number, whole_number

TOKEN = ("create_api_token", "a@b.example", "--administration", "x", "--scopes", "settings:read")


def test_a_comma_and_a_point_are_the_same_in_the_terminal():
    assert (number("1,5"), number("1.5"), whole_number("30")) == (1.5, 1.5, 30)


@pytest.mark.parametrize("odd", ["1_0", "١٢", "1e3", "NaN", "1,5", "x"])
@pytest.mark.parametrize("command", [TOKEN, ("prune_runs",), ("prune_webhooks",)])
def test_an_odd_number_of_days_ends_with_what_to_write(db: None, command: Any, odd: str):
    with pytest.raises(CommandError, match=odd):
        call_command(*command, "--days", odd)


@pytest.mark.parametrize("odd", ["1_0", "1e3", "inf", "NaN"])
def test_an_odd_number_of_seconds_too(odd: str):
    with pytest.raises(CommandError, match=odd):
        call_command("send_webhooks", "--seconds", odd)
