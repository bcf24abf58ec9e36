"""Looking something up by a name that the page has at hand."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def named(values: Mapping[str, str], name: str) -> str:
    """Return what stands under a name; the name itself where nothing does but it is known, else nothing."""
    return values.get(name, "") if values else ""
