"""The rights over workflows."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Module, Right, register


class WorkflowRight(Right):
    """What may be done with workflows."""

    CREATE = "workflows.create", _("workflows: create")
    READ = "workflows.read", _("workflows: read")
    UPDATE = "workflows.update", _("workflows: edit")
    DELETE = "workflows.delete", _("workflows: delete")


register(Module(60, _("Workflows"), WorkflowRight))
