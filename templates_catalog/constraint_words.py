"""What the database asks of templates, where the constraint does not say it by itself."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "templates_catalog_message_subject_is_for_email": (
        "subject",
        _("An e-mail needs a subject, and an SMS has none."),
    ),
    "templates_catalog_scheme_one_default": (
        "is_default",
        _("Somebody else just made another scheme the default. Look again which one it is."),
    ),
    "templates_catalog_scheme_currency_code": ("currency", _("Write the currency as three capitals, such as EUR.")),
    "templates_catalog_variable_name": (
        "name",
        _(
            "The name of a variable has small letters, digits and underscores, "
            "and starts with a letter: telefoon_storing."
        ),
    ),
    "templates_catalog_variable_name_key": ("name", _("There is a variable with this name already.")),
}
