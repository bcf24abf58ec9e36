"""Parts that pages share: icons, badges, the alignment bar, links to another administration."""

from collections.abc import Collection, Mapping
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenants import sections

register = template.Library()

BADGE_ICONS = {"ok": "check", "warn": "warning", "bad": "error", "info": "info", "neutral": "neutral"}
BAR_WIDTH = 120
BAR_SEGMENTS = {
    "in_line": _("in line"),
    "behind": _("behind"),
    "changed_locally": _("changed locally"),
    "conflict": _("conflict"),
    "missing": _("missing"),
}
BAR_WORDS = {
    "conflict": ngettext_lazy("%d conflict", "%d conflicts"),
    "behind": ngettext_lazy("%d is behind", "%d are behind"),
    "changed_locally": ngettext_lazy("%d changed locally", "%d changed locally"),
    "missing": ngettext_lazy("%d is missing", "%d are missing"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of static/icons.svg; without a label it is decoration that a screen reader skips."""
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href)


@register.simple_tag
def badge(meaning: str, words: str, icon_name: str = "") -> SafeString:
    """A state in words with its colour and icon; meaning is ok, warn, bad, info or neutral."""
    return format_html('<span class="badge {}">{}{}</span>', meaning, icon(icon_name or BADGE_ICONS[meaning]), words)


@register.inclusion_tag("includes/alignment_bar.html")
def alignment_bar(counts: Any, words: bool = True) -> dict[str, Any]:
    """The proportional bar of in line, behind, changed locally, conflict and missing, with its words."""
    numbers = {key: _count(counts, key) for key in BAR_SEGMENTS}
    return {"segments": _segments(numbers), "width": BAR_WIDTH, "description": _describe(numbers), "words": words}


@register.inclusion_tag("includes/alignment_legend.html")
def alignment_legend() -> dict[str, Any]:
    """What the colours of the bar mean."""
    return {"segments": BAR_SEGMENTS.items()}


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
def daily_work(context: template.Context) -> list[sections.SectionLink]:
    """The parts of the daily work that the user may open here."""
    links = sections.sections_of(sections.Group.DAILY_WORK)
    return sections.links_to(links, context["administration"], context.get("rights") or ())


@register.simple_tag
def may_open_settings(rights: Collection[str]) -> bool:
    """Whether these rights open any page of the settings."""
    return sections.may_open_settings(rights)


def _section(context: template.Context) -> str:
    current, request = context.get("administration"), context.get("request")
    if current is None or request is None:
        return ""
    parts = request.path.removeprefix(f"/a/{current.slug}/").strip("/").split("/")
    return "/".join(parts[: 2 if parts[0] == "settings" else 1])


def _count(counts: Any, key: str) -> int:
    value = counts.get(key) if isinstance(counts, Mapping) else getattr(counts, key, 0)
    return int(value or 0)


def _segments(numbers: dict[str, int]) -> list[dict[str, Any]]:
    total = sum(numbers.values())
    widths = _widths([number for number in numbers.values() if number], total)
    rows, x = [], 0.0
    for (key, _number), width in zip(((k, n) for k, n in numbers.items() if n), widths, strict=True):
        rows.append({"key": key, "x": f"{x:.2f}", "width": f"{width:.2f}"})
        x += width
    return rows


def _widths(numbers: list[int], total: int, least: float = 5.0) -> list[float]:
    """Proportional widths of which none is too narrow to see."""
    room = BAR_WIDTH - least * len(numbers)
    return [least + room * number / total for number in numbers]


def _describe(numbers: dict[str, int]) -> str:
    total = sum(numbers.values())
    if not total:
        return str(_("nothing to compare"))
    if numbers["in_line"] == total:
        return str(_("everything in line"))
    if numbers["missing"] == total:
        return str(_("nothing received yet"))
    return " · ".join(str(words % numbers[key]) for key, words in BAR_WORDS.items() if numbers[key])
