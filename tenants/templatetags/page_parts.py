"""Parts that pages share: icons, badges, links to another administration."""

import functools
import html
from collections.abc import Collection, Mapping
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenants import sections

register = template.Library()

BADGE_ICONS = {"ok": "check", "warn": "warning", "bad": "error", "info": "info", "neutral": "neutral"}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of static/icons.svg; without a label it is decoration that a screen reader skips."""
    return _icon(name, str(label))


@functools.lru_cache(maxsize=500)
def _icon(name: str, label: str) -> SafeString:
    # A page of 450 questions has thousands.
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href)


@register.simple_tag
def badge(meaning: str, words: str, icon_name: str = "") -> SafeString:
    """A state in words with its colour and icon; meaning is ok, warn, bad, info or neutral."""
    return format_html('<span class="badge {}">{}{}</span>', meaning, icon(icon_name or BADGE_ICONS[meaning]), words)


@register.filter
def in_text(text: str) -> SafeString:
    """A text as it stands between tags, where quotation marks stay as they are; never for what an attribute holds.

    Of JSON every fifth character is one, and each would be six.
    """
    return SafeString(html.escape(text, quote=False))  # nosec B308, B703 # it was just escaped


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping has at a key that is a variable of the template; None when it has nothing there."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def switch_url(context: template.Context, administration: Any) -> str:
    """The address of another administration, at the section that is open now."""
    home = reverse("administration-home", args=[administration.slug])
    section = _section(context)
    return f"{home}?section={section}" if section else home


@register.simple_tag(takes_context=True)
def switcher_url(context: template.Context) -> str:
    """The address of the list of administrations, each of which it leads to at the section that is open now."""
    address = reverse("switch", args=[context["administration"].slug])
    section = _section(context)
    return f"{address}?section={section}" if section else address


@register.simple_tag(takes_context=True)
def daily_work(context: template.Context) -> list[sections.SectionLink]:
    """The parts of the daily work that the user may open here."""
    links = sections.sections_of(sections.Group.DAILY_WORK)
    return sections.links_to(links, context["administration"], context.get("rights") or ())


@register.simple_tag
def may_open_settings(rights: Collection[str]) -> bool:
    """Whether these rights open any page of the settings."""
    return sections.may_open_settings(rights)


def _section(context: template.Context) -> str:
    current = context.get("administration")
    request = context.get("request")
    if current is None or request is None:
        return ""
    parts = request.path.removeprefix(f"/a/{current.slug}/").strip("/").split("/")
    return "/".join(parts[: 2 if parts[0] == "settings" else 1])
