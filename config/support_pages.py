"""The start page of support: what needs attention, and searching across all customers."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from settings_sync.exceptions import error_in_words
from settings_sync.models import SyncTarget
from settings_sync.services.attention import SHOWN, Attention, read_attention
from settings_sync.services.support_search import MOST, Found, FoundItem, search_everywhere
from tenants.models import Administration
from webhooks.models import Endpoint
from webhooks.services.overview import endpoints_in_trouble

LINK = '<a class="text-primary-600 dark:text-primary-500 underline" href="{}">{}</a>'


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What `admin/index.html` shows: `asked` with what was `found`, or else what needs `attention`, as tables."""
    asked = request.GET.get("q", "").strip()
    if asked:
        shown = {"found": [table for table in _found_tables(search_everywhere(asked)) if table["rows"]]}
    else:
        shown = {"attention": list(_attention_tables(read_attention()))}
    return {**context, "asked": asked, "most": MOST, **shown}


def _attention_tables(now: Attention) -> Iterable[dict[str, Any]]:
    yield _table(
        _("Failed administrations of runs, and not synced well since"),
        [_("Administration"), _("What went wrong"), _("When"), _("run")],
        [_failed_target(row) for row in now.failed_targets],
        number=now.failed_targets_number,
        everything=_list("settings_sync_synctarget", "state__exact=failed"),
    )
    yield _table(
        _("Administrations that could not be made or deleted"),
        [_("Administration"), _("Part of"), _("What went wrong")],
        [[_administration(row), row.parent or "–", row.went_wrong] for row in now.failed_administrations],
        number=now.failed_administrations_number,
        everything=_list("tenants_administration", "state__exact=failed"),
    )
    oldest = [now.oldest_open] if now.oldest_open else []
    yield _table(
        _("Waiting longest, of what is not finished"),
        [_("Administration"), _("State"), _("Since"), _("run")],
        [[_target(row), row.get_state_display(), _when(row.run.created_at), _run(row.run)] for row in oldest],
        number=now.open_number,
        everything=_list("settings_sync_synctarget", "state__in=queued,running"),
    )
    failing = endpoints_in_trouble()
    yield _table(
        _("Webhooks that do not arrive"),
        [_("Webhook"), _("Administration"), _("State"), _("Since")],
        [_endpoint(row) for row in failing[:SHOWN]],
        number=failing.count(),
        everything=_list("webhooks_endpoint", ""),
    )


def _found_tables(found: Found) -> Iterable[dict[str, Any]]:
    yield _table(
        _("Administrations"),
        [_("Name"), _("Part of"), _("State")],
        [[_administration(row), row.parent or "–", row.get_state_display()] for row in found.administrations],
    )
    yield _table(
        _("Users"),
        [_("E-mail address"), _("Name"), _("State")],
        [
            [
                _link("accounts_user", row.pk, row.email),
                row.name or "–",
                _("active") if row.is_active else _("closed"),
            ]
            for row in found.users
        ],
    )
    yield _table(
        _("Runs"),
        [_("run"), _("Administration"), _("State"), _("By"), _("Note")],
        [[_run(row), row.administration, row.get_state_display(), _asker(row), row.note or "–"] for row in found.runs],
    )
    yield _table(
        _("Settings"),
        [_("Setting"), _("Kind"), _("Customer"), _("Administrations")],
        [[row.label, row.kind, _administration(row.main), _holders(row)] for row in found.items],
    )


def _table(
    title: str, headers: list[str], rows: list[list[Any]], *, number: int | None = None, everything: str = ""
) -> dict[str, Any]:
    number = len(rows) if number is None else number
    return {"title": title, "headers": headers, "rows": rows, "number": number, "everything": everything}


def _failed_target(row: SyncTarget) -> list[Any]:
    error = error_in_words(row.error_code, row.error_facts, row.error_detail)
    return [_target(row), error, _when(row.finished_at), _run(row.run)]


def _endpoint(row: Endpoint) -> list[Any]:
    state = row.get_disabled_reason_display() if row.disabled_reason else row.get_state_display()
    return [_link("webhooks_endpoint", row.pk, row.url), row.administration, state, _when(row.failing_since)]


def _holders(found: FoundItem) -> Any:
    links = format_html_join(", ", "{}", ((_administration(row),) for row in found.administrations))
    return format_html("<span>{}</span>", links)


def _asker(run: Any) -> str:
    return f"{run.requested_by or '–'}{f' ({run.on_behalf_of})' if run.on_behalf_of else ''}"


def _administration(row: Administration) -> Any:
    return _link("tenants_administration", row.pk, row.name)


def _target(row: SyncTarget) -> Any:
    return _link("settings_sync_synctarget", row.pk, row.administration.name)


def _run(run: Any) -> Any:
    return _link("settings_sync_syncrun", run.pk, _when(run.created_at))


def _link(page: str, key: Any, words: str) -> Any:
    return format_html(LINK, reverse(f"admin:{page}_change", args=[key]), words)


def _list(page: str, asked: str) -> str:
    return f"{reverse(f'admin:{page}_changelist')}?{asked}"


def _when(moment: Any) -> str:
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT") if moment else "–"
