"""The table says what fell short, and does not call held what was never tried."""

import pytest

from chaos.table import Row, Verdict, print_table


def test_what_held_everywhere_held():
    row = Row("kill")
    row.add(Verdict())
    row.add(Verdict())
    assert (row.tried, row.survived, row.held) == (2, 2, True)


@pytest.mark.parametrize("kind", ["lost", "doubled", "half", "other"])
def test_one_breach_is_enough(kind, capsys):
    row = Row("kill")
    row.add(Verdict())
    row.add(Verdict(**{kind: ["something"]}).about("here"))
    assert (row.tried, row.survived, row.held) == (2, 1, False)
    print_table([row])
    assert "✗ kill" in (printed := capsys.readouterr().out)
    assert "FELL SHORT" in printed and "here: something" in printed


def test_what_was_not_tried_did_not_hold():
    assert not Row("kill").held


def test_what_cannot_be_tried_here_is_said_and_not_counted_as_held(capsys):
    row = Row("disk", missing="no mounts")
    print_table([row])
    printed = capsys.readouterr().out
    assert row.held and "not possible here: no mounts" in printed
    assert printed.splitlines()[2].split()[1:] == ["–"] * 6
