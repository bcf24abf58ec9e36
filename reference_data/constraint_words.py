"""What the database asks of the other shared settings, where the constraint does not say it by itself."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "reference_data_logo_is_one": ("logo", _("An administration has one logo.")),
    "reference_data_worktype_takes_time": ("default_minutes", _("Work takes at least one minute.")),
    "reference_data_hourtype_price": ("price", _("A price cannot be below zero.")),
    "reference_data_vatrate_percentage": ("percentage", _("A VAT rate lies between 0 and 100 percent.")),
    "reference_data_freefield_values_list": ("values", _("The values of a dropdown are a list of texts.")),
    "reference_data_freefield_values_of_dropdown": (
        "values",
        _("A dropdown needs values to choose from, and nothing else has them."),
    ),
    "reference_data_devicepolicy_one_default": (
        "",
        _("A policy points at one setting. Choose one of them, and leave the others empty."),
    ),
    "reference_data_devicepolicy_text_or_default": (
        "value",
        _("A policy has a text or points at a setting. Leave one of them empty."),
    ),
}
