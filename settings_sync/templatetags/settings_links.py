"""Addresses of the pages with an administration's own settings."""

from typing import Any

from django import template

from tenants.sections import Group, links_to, sections_of

register = template.Library()


@register.simple_tag(takes_context=True)
def settings_link(context: template.Context, category: str) -> str:
    """The page with the settings of a category, or nothing when the user may not read them."""
    rights: Any = context.get("rights") or ()
    links = links_to(sections_of(Group.SHARED_SETTINGS), context["administration"], rights)
    return next((link.url for link in links if link.section.right == f"{category}.read"), "")
