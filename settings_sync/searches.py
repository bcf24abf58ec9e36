"""Settings and runs, found from any page by who may see them."""

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from tenants.rights import AdministrationRight
from tenants.searching import MOST, Hit, Searching, Source, register

from .services.runs.run_overview import visible_runs
from .services.settings.finding import find_settings


def _find_settings(searching: Searching) -> list[Hit]:
    found = find_settings(searching.words, searching.rights, MOST + 1)
    slug = searching.administration.slug
    return [Hit(row.label, row.kind_label, row.address_in(slug)) for row in found]


def _find_runs(searching: Searching) -> list[Hit]:
    main = searching.administration
    if not main.is_main or AdministrationRight.SEE not in searching.rights:
        return []
    words = searching.words
    named = Q(note__icontains=words) | Q(requested_by__name__icontains=words)
    rows = visible_runs(searching.user, main).filter(named).order_by("-created_at", "-id")[: MOST + 1]
    return [
        Hit(
            row.note or str(row.requested_by or ""),
            f"{date_format(localtime(row.created_at), 'SHORT_DATETIME_FORMAT')} · {row.get_state_display()}",
            reverse("sync:run", args=[main.slug, row.pk]),
        )
        for row in rows
    ]


register(
    Source(10, _("Settings"), "settings", _find_settings),
    Source(50, _("Syncs"), "history", _find_runs),
)
