"""What can be refused about webhooks. The docstring of a class is what people read."""

from tenants.exceptions import Refusal


class WebhookError(Refusal):
    """Something went wrong with this webhook."""

    code = "webhook-error"


class AddressNotUsable(WebhookError):
    """Messages cannot be sent to this address."""

    code = "address-not-usable"
    status = 400


class NoAddress(AddressNotUsable):
    """This is not the address of a web page: it begins with https:// and names a server."""

    code = "no-address"


class NotEncrypted(AddressNotUsable):
    """The address must begin with https://, so that nobody can read along."""

    code = "not-encrypted"


class NamesAPerson(AddressNotUsable):
    """Leave the user name and password out of the address; the signature says that the message is ours."""

    code = "address-with-password"


class PrivateAddress(AddressNotUsable):
    """{host} is inside a private network. Messages only go to public addresses."""

    code = "private-address"


class NoEvents(WebhookError):
    """Choose at least one event."""

    code = "no-events"
    status = 400


class UnknownEvent(WebhookError):
    """There is no event called {event}."""

    code = "unknown-event"
    status = 400


class TooManyEndpoints(WebhookError):
    """An administration has at most {most} webhooks. Delete one that is not used any more."""

    code = "too-many-webhooks"


class EndpointDisabled(WebhookError):
    """This webhook is switched off. Switch it on first."""

    code = "webhook-disabled"


class StillOnItsWay(WebhookError):
    """This message is still on its way; it is tried again by itself."""

    code = "still-on-its-way"


class OnlyInTheMain(WebhookError):
    """Webhooks belong to a main administration; {name} is a sub-administration."""

    code = "webhooks-in-the-main"
    status = 400
