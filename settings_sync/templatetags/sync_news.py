"""The card that tells people what their main administration changed."""

from typing import Any

from django import template

from settings_sync.services.administrations.alignment import reviews_due
from settings_sync.services.news.news import news_for
from tenants.models import Administration

register = template.Library()


@register.inclusion_tag("sync/news.html", takes_context=True)
def sync_news(context: template.Context, administration: Administration) -> dict[str, Any]:
    """The latest syncs that changed settings here that the user may see, and what should have been looked at again.

    Nothing in a main administration, or when there was none of it.
    """
    news = [] if administration.is_main else news_for(administration, context["rights"])
    due = reviews_due(administration)
    return {"news": news, "due": due, "administration": administration, "rights": context["rights"]}
