"""Who a request is of, where nobody comes in without signing in."""

from django.http import HttpRequest

from .models import User


def signed_in_user(request: HttpRequest) -> User:
    """Return the user of a page that lets nobody else in, such as one of the admin."""
    assert isinstance(request.user, User)
    return request.user
