"""The rights over forms."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Module, Right, register


class FormRight(Right):
    """What may be done with forms."""

    CREATE = "forms.create", _("forms: create")
    READ = "forms.read", _("forms: read")
    UPDATE = "forms.update", _("forms: edit")
    DELETE = "forms.delete", _("forms: delete")


register(Module(50, _("Forms"), FormRight))
