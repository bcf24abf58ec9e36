"""The right over who may do what."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Module, Right, register


class PeopleRight(Right):
    """What may be done with the users of an administration. Who holds it is an administrator there."""

    MANAGE = "users.manage", _("users: invite, give a role, take access away")


register(Module(45, _("Users"), PeopleRight, kept_by_somebody=(PeopleRight.MANAGE,)))
