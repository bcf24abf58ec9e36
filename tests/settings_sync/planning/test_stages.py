"""Who comes in which stage, and how much may go wrong."""

from settings_sync.planning.stages import Rollout, Stage, Who

REST = Stage(Who.REST)


def divided(*stages, groups):
    return Rollout(stages).divide(groups)


def test_a_group_comes_first_and_the_rest_after_it():
    groups = [["Noord"], ["Proef", "Noord"], [], ["Proef"]]
    assert divided(Stage(Who.GROUP, group="Proef"), REST, groups=groups) == [2, 1, 2, 1]


def test_a_number_takes_the_first_that_are_left():
    stages = [Stage(Who.GROUP, group="Proef"), Stage(Who.NUMBER, size=2), REST]
    assert divided(*stages, groups=[[], ["Proef"], [], [], []]) == [2, 1, 2, 3, 3]


def test_a_percentage_is_of_all_and_rounded_up():
    assert divided(Stage(Who.PERCENT, size=10), REST, groups=[[]] * 5) == [1, 2, 2, 2, 2]
    ten = divided(Stage(Who.PERCENT, size=10), Stage(Who.PERCENT, size=50), REST, groups=[[]] * 100)
    assert [ten.count(number) for number in (1, 2, 3)] == [10, 50, 40]


def test_a_stage_for_which_nobody_is_left_is_empty():
    assert divided(Stage(Who.NUMBER, size=9), Stage(Who.NUMBER, size=1), REST, groups=[[], []]) == [1, 1]


def test_nobody_is_divided_into_nothing():
    assert divided(Stage(Who.PERCENT, size=10), REST, groups=[]) == []


def test_a_number_stops_it_when_more_went_wrong():
    rollout = Rollout((REST,), at_most=2)
    assert [rollout.must_stop(wrong, 100) for wrong in (0, 2, 3)] == [False, False, True]


def test_a_percentage_is_of_those_whose_turn_it_was():
    rollout = Rollout((REST,), at_most=10, is_percentage=True)
    assert [rollout.must_stop(wrong, 20) for wrong in (2, 3)] == [False, True]
    assert not rollout.must_stop(0, 0)
