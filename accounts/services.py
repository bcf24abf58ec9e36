"""Checking who signs in, and stopping who keeps guessing."""

import hashlib
import logging
import math
import secrets

from django.contrib.auth import authenticate
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from .models import User, same_address

WINDOW_SECONDS = 15 * 60
ATTEMPTS = 10
"""In a window, of one e-mail address from one place."""
ATTEMPTS_OF_PLACE = 300
"""In a window, from one place, whatever the e-mail addresses: an office signs in in the morning, a list of leaked
passwords is longer."""
ATTEMPTS_OF_ADDRESS = 100
"""In a window, of one e-mail address from everywhere."""

logger = logging.getLogger(__name__)


class SignInRefused(Exception):
    """The e-mail address and password do not belong together, or the account is closed; which of them is not told."""

    def __str__(self) -> str:
        return _("This e-mail address and password do not belong together. Check both and try again.")


class WrongPassword(SignInRefused):
    """Who has signed in typed another password than their own."""

    def __str__(self) -> str:
        return _("This is not your password.")


class TooManyAttempts(SignInRefused):
    """This address was tried too often from one place; the password is not even looked at any more."""

    def __str__(self) -> str:
        minutes = math.ceil(WINDOW_SECONDS / 60)
        return ngettext(
            "There were too many attempts. Wait %d minute and try again.",
            "There were too many attempts. Wait %d minutes and try again.",
            minutes,
        ) % (minutes,)


def check_sign_in(*, request: HttpRequest, email: str, password: str, address: str) -> User:
    """The user with this e-mail address and password; raises SignInRefused or TooManyAttempts.

    `address` is the network address that the attempts are counted for, together with the e-mail address.
    """
    whose = same_address(email)
    from_here = _key(f"{whose}\n{address}")
    # What is refused here already counts for nothing further on: else one place could lock an account out everywhere.
    limits = {from_here: ATTEMPTS, _key(f"\n{address}"): ATTEMPTS_OF_PLACE, _key(f"{whose}\n"): ATTEMPTS_OF_ADDRESS}
    if any(_count_attempt(key) > most for key, most in limits.items()):
        raise TooManyAttempts
    user = authenticate(request, username=email, password=password)
    if not isinstance(user, User):
        raise SignInRefused
    _forget_attempts(from_here)
    return user


def count_request(*, about: str, email: str, address: str) -> None:
    """Count what anybody may ask for without signing in, such as a mail; raises TooManyAttempts.

    `about` keeps what is counted apart; `address` is the network address that it comes from.
    """
    whose = same_address(email)
    limits = {_key(f"{about}\n{whose}\n"): ATTEMPTS, _key(f"{about}\n\n{address}"): ATTEMPTS_OF_PLACE}
    if any(_count_attempt(key) > most for key, most in limits.items()):
        raise TooManyAttempts


def end_sessions(user: User) -> None:
    """Sign this person out everywhere, in the caller's transaction; who asks for a page signs in again."""
    user.sessions_mark = secrets.token_hex(16)
    user.save(update_fields=["sessions_mark"])


def check_password_again(*, request: HttpRequest, password: str) -> None:
    """Ask who has signed in for the password once more; raises SignInRefused or TooManyAttempts."""
    user = request.user
    assert isinstance(user, User)
    if _count_attempt(_key(f"again\n{user.pk}")) > ATTEMPTS:
        raise TooManyAttempts
    if not user.check_password(password):
        raise WrongPassword
    _forget_attempts(_key(f"again\n{user.pk}"))


def _key(who: str) -> str:
    return f"sign-in-attempts:{hashlib.sha256(who.encode()).hexdigest()}"


def _count_attempt(key: str) -> int:
    """Count before looking at the password, so that attempts at the same instant cannot slip past the limit."""
    try:
        cache.add(key, 0, WINDOW_SECONDS)
        return cache.incr(key)
    except ValueError:  # the window closed between the two
        return 1
    except RedisError:
        logger.warning("Attempts to sign in are not counted: the cache does not answer.")
        return 0


def _forget_attempts(key: str) -> None:
    try:
        cache.delete(key)
    except RedisError:
        logger.warning("Attempts to sign in are not forgotten: the cache does not answer.")
