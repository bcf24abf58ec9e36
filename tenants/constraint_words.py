"""What the database asks of administrations, roles and members, where the constraint does not say it by itself."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "tenants_administration_not_its_own_parent": (
        "parent",
        _("An administration cannot be its own main administration."),
    ),
    "tenants_role_name": ("name", _("There is a role with this name already. Choose another.")),
    "tenants_membership_once": ("", _("This user has a role in this administration already. Change that one instead.")),
}
