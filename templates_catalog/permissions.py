"""Who may do what with templates."""

from accounts.models import User
from tenants.models import Administration
from tenants.permissions import may

from .rights import TemplateRight


def may_create_templates(user: User, administration: Administration) -> bool:
    return may(user, TemplateRight.CREATE, administration)


def may_update_templates(user: User, administration: Administration) -> bool:
    """Edit, archive and choose the default."""
    return may(user, TemplateRight.UPDATE, administration)


def may_delete_templates(user: User, administration: Administration) -> bool:
    return may(user, TemplateRight.DELETE, administration)
