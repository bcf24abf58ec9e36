"""What is taken as rings, and what is refused with the field that is wrong."""

import pytest

from settings_sync.exceptions import RingsNotUsable
from settings_sync.planning.stages import Rollout, Stage, Start, Who
from settings_sync.services.rollouts.reading import read_rings

CANARY = {"kind": "group", "group": "Proef"}
REST = {"kind": "rest"}


def test_nothing_is_everywhere_at_once():
    assert read_rings({}) == Rollout()


def test_every_sort_of_ring_is_read():
    steps = [
        CANARY,
        {"kind": "number", "number": 5, "start": "done"},
        {"kind": "percent", "percent": 25, "start": "after", "minutes": 1440},
        {"kind": "rest", "start": "approval"},
    ]
    assert read_rings({"steps": steps, "stop": {"percent": 10}}) == Rollout(
        (
            Stage(Who.GROUP, group="Proef"),
            Stage(Who.NUMBER, size=5),
            Stage(Who.PERCENT, size=25, start=Start.AFTER, minutes=1440),
            Stage(Who.REST, start=Start.APPROVAL),
        ),
        at_most=10,
        is_percentage=True,
    )


def test_without_a_stop_the_first_that_goes_wrong_stops_it():
    assert read_rings({"steps": [CANARY, REST]}).must_stop(1, 100)


@pytest.mark.parametrize(
    ("field", "rings"),
    [
        ("steps", {"steps": "alles"}),
        ("steps", {"steps": [REST]}),
        ("steps", {"steps": [CANARY] * 10 + [REST]}),
        ("steps", {"steps": [CANARY, REST], "more": 1}),
        ("steps", {"steps": ["Proef", REST]}),
        ("kind", {"steps": [CANARY, CANARY]}),
        ("kind", {"steps": [REST, REST]}),
        ("kind", {"steps": [{"kind": "nobody"}, REST]}),
        ("kind", {"steps": [{"kind": ["rest"]}, REST]}),
        ("group", {"steps": [{"kind": "group"}, REST]}),
        ("group", {"steps": [{"kind": "group", "group": 3}, REST]}),
        ("number", {"steps": [{"kind": "number", "number": 0}, REST]}),
        ("number", {"steps": [{"kind": "number", "number": True}, REST]}),
        ("percent", {"steps": [{"kind": "percent", "percent": 100}, REST]}),
        ("start", {"steps": [{**CANARY, "start": "approval"}, REST]}),
        ("start", {"steps": [CANARY, {**REST, "start": "later"}]}),
        ("minutes", {"steps": [CANARY, {**REST, "start": "after"}]}),
        ("minutes", {"steps": [CANARY, {**REST, "start": "after", "minutes": 43201}]}),
        ("stop", {"steps": [CANARY, REST], "stop": {"number": 1, "percent": 1}}),
        ("stop", {"steps": [CANARY, REST], "stop": 3}),
        ("number", {"steps": [CANARY, REST], "stop": {"number": -1}}),
        ("percent", {"steps": [CANARY, REST], "stop": {"percent": 101}}),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_field(field, rings):
    with pytest.raises(RingsNotUsable) as refused:
        read_rings(rings)
    assert refused.value.facts["field"] == field
