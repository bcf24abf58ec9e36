"""The rights over templates."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Module, Right, register


class TemplateRight(Right):
    """What may be done with templates."""

    CREATE = "templates.create", _("templates: create")
    READ = "templates.read", _("templates: read")
    UPDATE = "templates.update", _("templates: edit")
    DELETE = "templates.delete", _("templates: delete")


register(Module(70, _("Templates"), TemplateRight))
