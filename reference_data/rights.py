"""The rights over the other shared settings."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Module, Right, register


class ReferenceDataRight(Right):
    """What may be done with the other shared settings."""

    CREATE = "reference_data.create", _("other shared settings: create")
    READ = "reference_data.read", _("other shared settings: read")
    UPDATE = "reference_data.update", _("other shared settings: edit")
    DELETE = "reference_data.delete", _("other shared settings: delete")


register(Module(80, _("Other shared settings"), ReferenceDataRight))
