"""Who may do what with forms."""

from typing import Any

from tenants.models import Administration
from tenants.permissions import may
from tenants.rights import Right


def may_create_forms(user: Any, administration: Administration) -> bool:
    return may(user, Right.FORMS_CREATE, administration)


def may_update_forms(user: Any, administration: Administration) -> bool:
    """Edit a form with its sections and fields, and archive it."""
    return may(user, Right.FORMS_UPDATE, administration)


def may_delete_forms(user: Any, administration: Administration) -> bool:
    return may(user, Right.FORMS_DELETE, administration)
