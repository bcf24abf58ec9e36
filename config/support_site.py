"""How the admin pages of support look and lead on."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

ACCENT = {
    "50": "#f1f7fa", "100": "#e0edf3", "200": "#c2dce8", "300": "#93c3d8", "400": "#5ba2c1", "500": "#2f82a6",
    "600": "#0d5877", "700": "#0b4c67", "800": "#083f57", "900": "#073448", "950": "#04212e",
}  # fmt: skip


def _page(title: Any, icon: str, model: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}


def _styles(_request: HttpRequest) -> str:
    return static("css/admin.css")


def _landmarks(_request: HttpRequest) -> str:
    return static("js/admin-landmarks.js")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Eenlijn",
    "SITE_HEADER": "Eenlijn",
    "SITE_SUBHEADER": _("Support"),
    "SITE_SYMBOL": "linear_scale",
    "SITE_URL": "/",
    "DASHBOARD_CALLBACK": "config.support_pages.start_page",
    "COLORS": {"primary": ACCENT},
    "STYLES": [_styles],
    "SCRIPTS": [_landmarks],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {"items": [{"title": _("Start"), "icon": "home", "link": reverse_lazy("admin:index")}]},
            {
                "title": _("Customers"),
                "items": [
                    _page(_("Administrations"), "account_tree", "tenants_administration"),
                    _page(_("Users"), "person", "accounts_user"),
                    _page(_("Memberships"), "badge", "tenants_membership"),
                    _page(_("Roles"), "key", "tenants_role"),
                    _page(_("API tokens"), "vpn_key", "accounts_apitoken"),
                ],
            },
            {
                "title": _("Syncs"),
                "items": [
                    _page(_("Runs"), "sync", "settings_sync_syncrun"),
                    _page(_("Administrations of runs"), "checklist", "settings_sync_synctarget"),
                    _page(_("Previews"), "preview", "settings_sync_plan"),
                ],
            },
            {
                "title": _("Webhooks"),
                "items": [
                    _page(_("Webhooks"), "webhook", "webhooks_endpoint"),
                    _page(_("Messages"), "outbox", "webhooks_outboxmessage"),
                ],
            },
            {"title": _("Trail"), "items": [_page(_("Trail"), "history", "audit_auditentry")]},
        ],
    },
}
