"""Who may do what with workflows."""

from typing import Any

from tenants.models import Administration
from tenants.permissions import may
from tenants.rights import Right


def may_create_workflows(user: Any, administration: Administration) -> bool:
    return may(user, Right.WORKFLOWS_CREATE, administration)


def may_update_workflows(user: Any, administration: Administration) -> bool:
    """Edit and archive."""
    return may(user, Right.WORKFLOWS_UPDATE, administration)


def may_delete_workflows(user: Any, administration: Administration) -> bool:
    return may(user, Right.WORKFLOWS_DELETE, administration)
