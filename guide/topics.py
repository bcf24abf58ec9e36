"""The help pages, and the page of the product that each of them is about.

The text of a topic stands in `templates/guide/<language>/<key>.html`.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Topic:
    """One help page. `pages` are names of URLs, whole or up to a point: the longest that fits a page decides."""

    key: str
    label: Any
    pages: tuple[str, ...]


TOPICS = (
    Topic("overview", _("Overview"), ("administration-home", "switch", "home")),
    Topic("administrations", _("Administrations"), ("sync:administration", "sync:groups", "sync:bring")),
    Topic("sync", _("Sync to sub-administrations"), ("sync:choose", "sync:choice")),
    Topic(
        "preview",
        _("Preview and decisions"),
        ("sync:plan", "sync:change", "sync:filled-in", "sync:decide", "sync:difference"),
    ),
    Topic("results", _("Results, history and taking back"), ("sync:run",)),
    Topic("approvals", _("Approvals"), ("sync:approval",)),
    Topic("takeover", _("Taking an administration over"), ("sync:takeover",)),
    Topic("policies", _("Policies and locks"), ("sync:policies", "sync:rule")),
    Topic("kept", _("What a sub-administration keeps, and what came"), ("sync:kept", "sync:news")),
    Topic("inbox", _("Inbox"), ("sync:inbox", "sync:questions")),
    Topic("packages", _("Packages"), ("sync:package",)),
    Topic("orders", _("Standing orders"), ("sync:order",)),
    Topic("trends", _("Over time"), ("sync:trends",)),
    Topic("drafts", _("Drafts"), ("sync:draft",)),
    Topic("versions", _("Versions and files of a setting"), ("sync:item-",)),
    Topic("settings", _("Settings"), ("settings-home",)),
    Topic("forms", _("Forms"), ("forms_catalog:",)),
    Topic("workflows", _("Workflows"), ("workflows:",)),
    Topic("templates", _("Templates"), ("templates:",)),
    Topic("lists", _("Other shared settings"), ("reference_data:",)),
    Topic("company", _("Company details"), ("company-details", "reference_data:logo")),
    Topic("users", _("Users"), ("people:",)),
    Topic("roles", _("Roles and permissions"), ("role-",)),
    Topic("tokens", _("API tokens"), ("token-", "api:")),
    Topic("webhooks", _("Webhooks and e-mail"), ("webhooks:",)),
    Topic("customers", _("Customers"), ("business:customer-",)),
    Topic("work-orders", _("Work orders"), ("business:work-order-",)),
    Topic("sales", _("Quotations and invoices"), ("business:quotation-", "business:invoice-")),
    Topic("search", _("Search"), ("search",)),
    Topic("profile", _("Your profile"), ("account:", "accounts:")),
    Topic("notices", _("Notices"), ("notices:",)),
)


def find_topic(key: str) -> Topic | None:
    """The help page with this key."""
    return next((topic for topic in TOPICS if topic.key == key), None)


def topic_of(view_name: str) -> Topic | None:
    """The help page about a page of the product, by the name of its URL; None where there is none."""
    fitting = [(len(page), topic) for topic in TOPICS for page in topic.pages if view_name.startswith(page)]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None
