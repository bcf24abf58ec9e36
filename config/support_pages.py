"""The start page of support: what needs attention, and searching across all customers."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from accounts.support_tables import LINK, link, link_to, list_address, table, when
from settings_sync.exceptions import error_in_words
from settings_sync.models import Checkup, SyncTarget
from settings_sync.services.doctor.rounds import find_unwell, read_faults
from settings_sync.services.support.attention import SHOWN, Attention, read_attention
from settings_sync.services.support.support_search import MOST, Found, FoundItem, search_everywhere
from settings_sync.support_pages.setting_pages import setting_address
from tenants.models import Administration
from webhooks.models import Endpoint
from webhooks.services.overview import endpoints_in_trouble


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What `admin/index.html` shows: `asked` with what was `found`, or else what needs `attention`, as tables."""
    asked = request.GET.get("q", "").strip()
    if asked:
        shown = {"found": [table for table in _found_tables(search_everywhere(asked)) if table["rows"]]}
    else:
        shown = {"attention": list(_attention_tables(read_attention()))}
    return {**context, "asked": asked, "most": MOST, **shown}


def _attention_tables(now: Attention) -> Iterable[dict[str, Any]]:
    yield table(
        _("Failed administrations of runs, and not synced well since"),
        [_("Administration"), _("What went wrong"), _("When"), _("run")],
        [_failed_target(row) for row in now.failed_targets],
        number=now.failed_targets_number,
        everything=list_address("settings_sync_synctarget", "state__exact=failed"),
    )
    yield table(
        _("Administrations that could not be made or deleted"),
        [_("Administration"), _("Part of"), _("What went wrong")],
        [[_administration(row), row.parent or "–", row.went_wrong] for row in now.failed_administrations],
        number=now.failed_administrations_number,
        everything=list_address("tenants_administration", "state__exact=failed"),
    )
    unwell = find_unwell()
    yield table(
        _("Administrations in which something is wrong"),
        [_("Administration"), _("Part of"), _("What is wrong"), _("When")],
        [_unwell(row) for row in unwell[:SHOWN]],
        number=unwell.count(),
    )
    oldest = [now.oldest_open] if now.oldest_open else []
    yield table(
        _("Waiting longest, of what is not finished"),
        [_("Administration"), _("State"), _("Since"), _("run")],
        [[_target(row), row.get_state_display(), when(row.run.created_at), _run(row.run)] for row in oldest],
        number=now.open_number,
        everything=list_address("settings_sync_synctarget", "state__in=queued,running"),
    )
    failing = endpoints_in_trouble()
    yield table(
        _("Webhooks that do not arrive"),
        [_("Webhook"), _("Administration"), _("State"), _("Since")],
        [_endpoint(row) for row in failing[:SHOWN]],
        number=failing.count(),
        everything=list_address("webhooks_endpoint", ""),
    )


def _unwell(row: Checkup) -> list[Any]:
    sentences = [fault.sentence for fault in read_faults(row)]
    more = f" (+{len(sentences) - 1})" if len(sentences) > 1 else ""
    what = f"{sentences[0]}{more}" if sentences else "–"
    return [_administration(row.administration), row.administration.parent or "–", what, when(row.at)]


def _found_tables(found: Found) -> Iterable[dict[str, Any]]:
    yield table(
        _("Administrations"),
        [_("Name"), _("Part of"), _("State")],
        [[_administration(row), row.parent or "–", row.get_state_display()] for row in found.administrations],
    )
    yield table(
        _("Users"),
        [_("E-mail address"), _("Name"), _("State")],
        [
            [
                link("accounts_user", row.pk, row.email),
                row.name or "–",
                _("active") if row.is_active else _("closed"),
            ]
            for row in found.users
        ],
    )
    yield table(
        _("Runs"),
        [_("run"), _("Administration"), _("State"), _("By"), _("Note")],
        [[_run(row), row.administration, row.get_state_display(), _asker(row), row.note or "–"] for row in found.runs],
    )
    yield table(
        _("Settings"),
        [_("Setting"), _("Kind"), _("Customer"), _("Administrations")],
        [[_item(row), row.kind, _administration(row.main), _holders(row)] for row in found.items],
    )


def _failed_target(row: SyncTarget) -> list[Any]:
    error = error_in_words(row.error_code, row.error_facts, row.error_detail)
    return [_target(row), error, when(row.finished_at), _run(row.run)]


def _endpoint(row: Endpoint) -> list[Any]:
    state = row.get_disabled_reason_display() if row.disabled_reason else row.get_state_display()
    return [link("webhooks_endpoint", row.pk, row.url), row.administration, state, when(row.failing_since)]


def _item(found: FoundItem) -> Any:
    """Its page in the main administration, or in the first of the others where that has none."""
    return link_to(setting_address(found.administrations[0], *found.key), found.label)


def _holders(found: FoundItem) -> Any:
    pages = ((setting_address(row, *found.key), row.name) for row in found.administrations)
    return format_html("<span>{}</span>", format_html_join(", ", LINK, pages))


def _asker(run: Any) -> str:
    return f"{run.requested_by or '–'}{f' ({run.on_behalf_of})' if run.on_behalf_of else ''}"


def _administration(row: Administration) -> Any:
    return link("tenants_administration", row.pk, row.name)


def _target(row: SyncTarget) -> Any:
    return link("settings_sync_synctarget", row.pk, row.administration.name)


def _run(run: Any) -> Any:
    return link("settings_sync_syncrun", run.pk, when(run.created_at))
