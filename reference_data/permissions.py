"""Who may do what with the other shared settings."""

from typing import Any

from tenants.models import Administration
from tenants.permissions import may
from tenants.rights import Right


def may_create_reference_data(user: Any, administration: Administration) -> bool:
    return may(user, Right.REFERENCE_DATA_CREATE, administration)


def may_update_reference_data(user: Any, administration: Administration) -> bool:
    """Edit and archive."""
    return may(user, Right.REFERENCE_DATA_UPDATE, administration)


def may_delete_reference_data(user: Any, administration: Administration) -> bool:
    return may(user, Right.REFERENCE_DATA_DELETE, administration)
