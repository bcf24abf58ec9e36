"""What the database asks of the sync's own rows, where the constraint does not say it by itself."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "settings_sync_assignment_group": ("group", _("This group has the package already. Change what is asked of it.")),
    "settings_sync_assignment_once": (
        "administration",
        _("This administration has the package already. Change what is asked of it."),
    ),
    "settings_sync_assignment_to_one": ("", _("A package is assigned to one group or to one administration.")),
    "settings_sync_deviation_once": ("", _("This setting waits in the inbox already for this administration.")),
    "settings_sync_moment_once": ("moment", _("The standing order was due at this moment already.")),
    "settings_sync_order_name": ("name", _("There is a standing order with this name already. Choose another.")),
    "settings_sync_package_name": ("name", _("There is a package with this name already. Choose another.")),
    "settings_sync_question_once": ("", _("This was asked of this administration already.")),
    "settings_sync_savedchoice_name": ("name", _("There is a saved choice with this name already. Choose another.")),
    "settings_sync_one_running_per_child": ("", _("Another sync is busy in this administration. Wait until it ends.")),
}
