"""The language that somebody chose in their profile, in whichever browser they sign in."""

from typing import TypeVar

from django.conf import settings
from django.http import HttpResponseBase

from .models import User

Response = TypeVar("Response", bound=HttpResponseBase)


def in_language_of(user: User, response: Response) -> Response:
    """Have this browser show pages in the language of this person, from the next one on; returns the same response."""
    if user.language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response
