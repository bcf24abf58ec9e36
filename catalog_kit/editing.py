"""What the editing services of every catalog share: refusals in words, uses of a setting, its values for the log.

What edits by document ask as well stands in `settings_sync.services.edits`, and has its names here too.
"""

from collections.abc import Mapping
from typing import Any

from django.forms import BaseForm
from django.utils.translation import gettext as _

from settings_sync.services.edits.editing import EditRefused as EditRefused
from settings_sync.services.edits.editing import StillUsed as StillUsed
from settings_sync.services.edits.editing import Use as Use
from settings_sync.services.edits.editing import count_uses as count_uses
from settings_sync.services.edits.editing import editing as editing
from settings_sync.services.edits.editing import lock as lock
from settings_sync.services.edits.editing import refuse_when as refuse_when
from settings_sync.services.edits.editing import refuse_when_used as refuse_when_used
from settings_sync.services.edits.editing import refused_by_database as refused_by_database
from settings_sync.services.edits.editing import uses_of as uses_of
from settings_sync.services.edits.editing import wait_for_turn as wait_for_turn
from settings_sync.services.edits.logged_values import values_of as values_of
from tenants.fingerprints import fingerprint as fingerprint


def refuse_when_moved(seen: str | None, values: Mapping[str, Any]) -> None:
    """Raise EditRefused when the values are no longer those of the mark `seen`; None asks nothing."""
    if seen is not None and seen != fingerprint(values):
        message = _("Somebody else changed this while you were working on it. Nothing was saved: open it again.")
        raise EditRefused({"": [message]})


def add_problems(form: BaseForm, refused: EditRefused) -> None:
    """Show what was refused beside the fields of a form, and the rest above it."""
    for field, messages in refused.problems.items():
        form.add_error(field if field in form.fields else None, messages)
