"""How an attempt can end."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Failure(TextChoices):
    """Why an attempt failed."""

    ADDRESS_REFUSED = "address_refused", _("the address is inside a private network, or not usable any more")
    NAME_NOT_FOUND = "name_not_found", _("the name of the server could not be found")
    NO_CONNECTION = "no_connection", _("no connection could be made, or it broke off")
    NOT_TRUSTED = "not_trusted", _("the server's certificate is not trusted")
    TIMEOUT = "timeout", _("the server did not answer in time")
    REDIRECT = "redirect", _("the server pointed to another address; that is not followed")
    STATUS = "status", _("the server answered that it did not accept the message")
    GONE = "gone", _("the server answered that nothing is received here any more (410)")
    MAIL = "mail", _("the mail server did not take the message")
    NO_LONGER_WANTED = "no_longer_wanted", _("it is no longer wanted, or may no longer be received")


@dataclass(frozen=True)
class Outcome:
    """How one attempt went; without a failure it arrived. `answer` is what the server said, cut off."""

    failure: str = ""
    status: int | None = None
    answer: str = ""
    seconds: float = 0.0

    @property
    def has_arrived(self) -> bool:
        return not self.failure
