"""Addresses of the pages with an administration's own settings."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()

PAGES = ("list", "overview")


@register.simple_tag(takes_context=True)
def settings_link(context: template.Context, category: str) -> str:
    """The page with the settings of a category, or nothing when the user may not read them."""
    rights: Any = context.get("rights") or ()
    if f"{category}.read" not in rights:
        return ""
    for page in PAGES:
        try:
            return reverse(f"{category}:{page}", args=[context["administration"].slug])
        except NoReverseMatch:
            continue
    return ""
