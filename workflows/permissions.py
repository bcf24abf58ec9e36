"""Who may do what with workflows."""

from typing import Any

from tenants.models import Administration
from tenants.permissions import may

from .rights import WorkflowRight


def may_create_workflows(user: Any, administration: Administration) -> bool:
    return may(user, WorkflowRight.CREATE, administration)


def may_update_workflows(user: Any, administration: Administration) -> bool:
    """Edit and archive."""
    return may(user, WorkflowRight.UPDATE, administration)


def may_delete_workflows(user: Any, administration: Administration) -> bool:
    return may(user, WorkflowRight.DELETE, administration)
