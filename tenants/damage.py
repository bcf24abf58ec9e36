"""What is wrong with an administration's schema, in words: it is kept as `state_detail` while the state is active."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

GONE = _("its data is gone from the database")
UNREADABLE = _("the database cannot read it")
LACKS = _("its database lacks %(names)s")


def damage_in_words(damage: str) -> str:
    """A sentence's worth in the reader's language: one of those above, or which tables and columns are lacking."""
    return gettext(damage) if damage in ("", GONE, UNREADABLE) else gettext(LACKS) % {"names": damage}
