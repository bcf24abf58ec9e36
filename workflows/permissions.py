"""Who may do what with workflows."""

from accounts.models import User
from tenants.models import Administration
from tenants.permissions import may

from .rights import WorkflowRight


def may_create_workflows(user: User, administration: Administration) -> bool:
    return may(user, WorkflowRight.CREATE, administration)


def may_update_workflows(user: User, administration: Administration) -> bool:
    """Edit and archive."""
    return may(user, WorkflowRight.UPDATE, administration)


def may_delete_workflows(user: User, administration: Administration) -> bool:
    return may(user, WorkflowRight.DELETE, administration)
