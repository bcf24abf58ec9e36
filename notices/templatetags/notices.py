"""The bell of the top bar, and the choices of the profile."""

from typing import Any

from django import template
from django.conf import settings

from accounts.models import User

from ..services.choosing import choices_of
from ..services.reading import COUNTED, count_unread

register = template.Library()


@register.simple_tag
def unread_notices(user: User) -> int:
    """How many notices somebody has not read yet."""
    return count_unread(user)


@register.filter
def as_count(number: int) -> str:
    """A number as it stands beside the bell."""
    return f"{COUNTED}+" if number > COUNTED else str(number)


@register.inclusion_tag("notices/choices.html", takes_context=True)
def notice_choices(context: template.Context) -> dict[str, Any]:
    """The form with which somebody says where they want to be told what."""
    request = context["request"]
    return {
        "choices": choices_of(request.user),
        "sends_mail": settings.SENDS_MAIL,
        "csrf_token": context.get("csrf_token"),
    }
