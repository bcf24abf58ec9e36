"""Where help about the page that is open stands."""

from typing import Any

from django import template
from django.urls import reverse

from ..topics import topic_of

register = template.Library()


@register.simple_tag(takes_context=True)
def help_address(context: template.Context, key: str = "") -> str:
    """The address of a help page, or of the one about the page that is open; of the list where there is none."""
    administration = context.get("administration")
    where: list[Any] = [administration.slug] if administration else []
    topic = key or _of_open_page(context)
    if topic:
        return reverse("help-topic" if where else "guide:topic", args=[*where, topic])
    return reverse("help" if where else "guide:help", args=where)


def _of_open_page(context: template.Context) -> str:
    match = getattr(context.get("request"), "resolver_match", None)
    topic = topic_of(match.view_name) if match else None
    return topic.key if topic else ""
