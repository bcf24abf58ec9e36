"""What can be decided about an item, from what stands in the three places."""

from .values import DEFAULT_FIELD
from .verdicts import Word

Digest = bytes | None

ON_PATHS = frozenset({Word.KEEP_LOCAL, Word.OVERWRITE, Word.PUT_BACK})


def allowed_words(*, base: Digest, source: Digest, local: Digest, couples: bool = False) -> frozenset[Word]:
    """The decisions that make sense for an item as a whole; `couples` when it is coupled now."""
    if source is None:
        return frozenset({Word.KEEP_LOCAL, Word.ARCHIVE, Word.DELETE, Word.SKIP})
    if local is None or couples:
        if base is None:
            return frozenset({Word.COUPLE, Word.CREATE_AS, Word.SKIP})
        return frozenset({Word.BRING_BACK, Word.LEAVE, Word.CREATE_AS, Word.SKIP})
    # Nothing was changed here, so there is nothing to merge or to put back.
    if local == base and source != base:
        return frozenset({Word.OVERWRITE, Word.KEEP_LOCAL, Word.CREATE_AS, Word.SKIP})
    return frozenset({Word.KEEP_LOCAL, Word.OVERWRITE, Word.PUT_BACK, Word.MERGE, Word.CREATE_AS, Word.SKIP})


def allowed_on_path(path: str, *, source: Digest, local: Digest) -> frozenset[Word]:
    """The decisions that make sense for one path: between two sides, or whether something new is the default."""
    if source is None or (local is None and path != DEFAULT_FIELD):
        return frozenset()
    return ON_PATHS
