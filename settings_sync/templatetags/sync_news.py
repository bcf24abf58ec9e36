"""The card that tells people what their main administration changed."""

from typing import Any

from django import template

from tenants.models import Administration

from ..services.news import news_for

register = template.Library()


@register.inclusion_tag("sync/news.html")
def sync_news(administration: Administration) -> dict[str, Any]:
    """The latest syncs that changed settings here; nothing in a main administration, or when there were none."""
    news = [] if administration.is_main else news_for(administration)
    return {"news": news, "administration": administration}
