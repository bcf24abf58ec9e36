"""Rearranging the rows of steps on the page, without a database."""

import pytest

from workflows.forms import MOST_STEPS, rearrange

ROWS = [{"type": "customer"}, {"type": "hour"}, {"type": "send"}]


@pytest.mark.parametrize(
    ("do", "types"),
    [
        ("up-1", ["hour", "customer", "send"]),
        ("down-0", ["hour", "customer", "send"]),
        ("up-0", ["customer", "hour", "send"]),
        ("down-2", ["customer", "hour", "send"]),
        ("place-2-0", ["send", "customer", "hour"]),
        ("place-0-1", ["hour", "customer", "send"]),
        ("place-0-9", ["hour", "send", "customer"]),
        ("place-1-x", ["customer", "hour", "send"]),
        ("place-9-0", ["customer", "hour", "send"]),
        ("look", ["customer", "hour", "send"]),
        ("remove-1", ["customer", "send"]),
        ("remove-9", ["customer", "hour", "send"]),
        ("up-", ["customer", "hour", "send"]),
        ("dance-1", ["customer", "hour", "send"]),
        ("", ["customer", "hour", "send"]),
    ],
)
def test_rows_move(do, types):
    assert [row["type"] for row in rearrange(ROWS, do)] == types


@pytest.mark.parametrize("do", ["up-١", "remove-1_0", "remove-" + "1" * 5000, "remove--1", "up-"])
def test_an_odd_place_moves_nothing(do):
    assert rearrange(ROWS, do) == ROWS


def test_a_new_step_comes_before_send():
    assert [row["type"] for row in rearrange(ROWS, "add", "picture")] == ["customer", "hour", "picture", "send"]


def test_a_new_step_comes_last_without_send():
    assert [row["type"] for row in rearrange(ROWS[:2], "add", "send")] == ["customer", "hour", "send"]


def test_an_unknown_type_is_not_added():
    assert rearrange(ROWS, "add", "dance") == ROWS


def test_a_workflow_stops_growing():
    full = [{"type": "picture"}] * MOST_STEPS
    assert rearrange(full, "add", "picture") == full
