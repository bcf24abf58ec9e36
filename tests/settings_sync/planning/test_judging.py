"""Every way in which base, source and local can be alike or not, with the verdict that the documentation gives it."""

import pytest

from settings_sync.planning.judging import Digest, judge
from settings_sync.planning.verdicts import Verdict


@pytest.mark.parametrize(
    ("base", "source", "local", "verdict"),
    [
        (None, b"m", None, Verdict.NEW),
        (None, b"m", b"m", Verdict.REJOINED),
        (None, b"m", b"l", Verdict.BOTH_CHANGED),
        (b"b", b"b", b"b", Verdict.IN_LINE),
        (b"b", b"m", b"b", Verdict.BEHIND),
        (b"b", b"b", b"l", Verdict.CHANGED_LOCALLY),
        (b"b", b"m", b"m", Verdict.ALREADY_EQUAL),
        (b"b", b"m", b"l", Verdict.BOTH_CHANGED),
        (b"b", b"b", None, Verdict.REMOVED_LOCALLY),
        (b"b", b"m", None, Verdict.REMOVED_LOCALLY),
        (b"b", None, None, Verdict.GONE),
        (b"b", None, b"b", Verdict.REMOVED_IN_SOURCE),
        (b"b", None, b"l", Verdict.REMOVED_IN_SOURCE),
        (None, None, b"l", Verdict.OWN),
    ],
)
def test_what_three_digests_come_to(base: Digest, source: Digest, local: Digest, verdict: Verdict) -> None:
    assert judge(base, source, local) is verdict
