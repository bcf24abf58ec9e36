"""What became of an item otherwise than planned, as people read it."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from settings_sync.exceptions import moment_in_words

FINDINGS = {
    "overtaken": gettext_noop("A later sync, of {when}, has decided about “{label}” since, so it was left as it is."),
    "done-before": gettext_noop("“{label}” was done already, by the sync of {when}."),
    "stale": gettext_noop("“{label}” changed since the preview, so it was held back."),
    "needs-held": gettext_noop("“{label}” needs something that was held back, so it was held back as well."),
    "name-taken": gettext_noop("The name of “{label}” was taken since the preview, so it was held back."),
    "archived-instead": gettext_noop("“{label}” is used since the preview, so it was archived and not deleted."),
}
NOT_APPLIED = gettext_noop("The sync did not come to this, so nothing was changed.")


def finding_in_words(code: str, label: str, overtaken_at: datetime | None = None) -> str:
    """A difference between a plan and its result, as one sentence; `overtaken_at` is when the other run began."""
    when = moment_in_words(overtaken_at.isoformat()) if overtaken_at else "…"
    return _(FINDINGS.get(code, gettext_noop("“{label}” was held back."))).format(label=label, when=when)
