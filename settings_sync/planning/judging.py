"""The verdict on one item, from three digests: base (last decided), source (the snapshot) and local (now)."""

from .verdicts import Verdict

Digest = bytes | None


def judge(base: Digest, source: Digest, local: Digest) -> Verdict:
    """What stands where. `source` None means that the main administration has removed it."""
    if source is None:
        return _judge_removed(base, local)
    if base is None:
        return _judge_unknown(source, local)
    if local is None:
        return Verdict.REMOVED_LOCALLY
    if local == source:
        return Verdict.IN_LINE if source == base else Verdict.ALREADY_EQUAL
    if local == base:
        return Verdict.BEHIND
    return Verdict.CHANGED_LOCALLY if source == base else Verdict.BOTH_CHANGED


def _judge_removed(base: Digest, local: Digest) -> Verdict:
    if base is None:
        return Verdict.OWN
    return Verdict.GONE if local is None else Verdict.REMOVED_IN_SOURCE


def _judge_unknown(source: bytes, local: Digest) -> Verdict:
    if local is None:
        return Verdict.NEW
    # Without a base nobody can tell who changed what, so it asks as if both did.
    return Verdict.REJOINED if local == source else Verdict.BOTH_CHANGED
