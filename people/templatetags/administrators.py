"""Whom to ask, on pages that say what one may not do."""

from django import template

from accounts.models import User
from tenants.models import Administration

from ..services.memberships import administrators_of

register = template.Library()


@register.simple_tag
def administrators(administration: Administration) -> list[User]:
    """Those who may give roles in this administration, at most five."""
    return administrators_of(administration)
