"""What can be refused about people. The docstring of a class is what people read."""

from tenants.exceptions import Refusal


class PeopleError(Refusal):
    """Something went wrong with the users of this administration."""

    code = "people-error"


class NoMailServer(PeopleError):
    """No mail server is set up here, so nobody can be invited. Ask support to set EMAIL_URL."""

    code = "no-mail-server"


class HasAccessAlready(PeopleError):
    """{email} may enter {name} already. Choose another role for them in the list of users."""

    code = "has-access-already"


class RoleNotUsable(PeopleError):
    """This role cannot be given here. Choose another one."""

    code = "role-not-usable"


class MoreThanYourOwn(PeopleError):
    """You can only give, or take away, what you may do yourself. Not: {rights}."""

    code = "more-than-your-own"


class LastAdministrator(PeopleError):
    """{name} is the last one who may invite and remove users here. Make somebody else an administrator first."""

    code = "last-administrator"


class AccessGone(PeopleError):
    """This person may not enter this administration any more. Somebody else took their access away."""

    code = "access-gone"


class InvitationGone(PeopleError):
    """This invitation was accepted or withdrawn meanwhile."""

    code = "invitation-gone"


class TooManyInvitations(PeopleError):
    """{most} invitations wait for an answer here. Withdraw some of them first."""

    code = "too-many-invitations"


class LinkUnusable(PeopleError):
    """This link does not work."""

    code = "link-unusable"
    status = 404


class LinkForeign(LinkUnusable):
    """This is no link of ours, or it was not copied whole. Open it from the e-mail, or ask for another one."""

    code = "link-foreign"


class LinkExpired(LinkUnusable):
    """This link has expired. Ask for another one."""

    code = "link-expired"
    status = 410


class LinkUsed(LinkUnusable):
    """This link was used already, and works once. You can sign in."""

    code = "link-used"
    status = 410


class LinkWithdrawn(LinkUnusable):
    """This invitation was withdrawn, or a newer one was sent. Open the latest e-mail, or ask who invited you."""

    code = "link-withdrawn"
    status = 410


class AddressTaken(PeopleError):
    """There is an account with this e-mail address already. Choose another one."""

    code = "address-taken"


class AccountClosed(PeopleError):
    """The account with this e-mail address is closed. Ask support to open it."""

    code = "account-closed"
