"""Who may do what with the other shared settings."""

from accounts.models import User
from tenants.models import Administration
from tenants.permissions import may

from .rights import ReferenceDataRight


def may_create_reference_data(user: User, administration: Administration) -> bool:
    return may(user, ReferenceDataRight.CREATE, administration)


def may_update_reference_data(user: User, administration: Administration) -> bool:
    """Edit and archive."""
    return may(user, ReferenceDataRight.UPDATE, administration)


def may_delete_reference_data(user: User, administration: Administration) -> bool:
    return may(user, ReferenceDataRight.DELETE, administration)
