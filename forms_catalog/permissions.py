"""Who may do what with forms."""

from accounts.models import User
from tenants.models import Administration
from tenants.permissions import may

from .rights import FormRight


def may_create_forms(user: User, administration: Administration) -> bool:
    return may(user, FormRight.CREATE, administration)


def may_update_forms(user: User, administration: Administration) -> bool:
    """Edit a form with its sections and fields, and archive it."""
    return may(user, FormRight.UPDATE, administration)


def may_delete_forms(user: User, administration: Administration) -> bool:
    return may(user, FormRight.DELETE, administration)
