"""What the database asks of forms, where the constraint does not say it by itself."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "forms_catalog_field_reference": ("reference", _("Another field of this section has this id. Choose another.")),
    "forms_catalog_field_options_list": ("options", _("The options of a field are a list of texts.")),
    "forms_catalog_field_labels_object": ("option_labels", _("The labels of options are texts by the option's code.")),
    "forms_catalog_field_options_of_choices": (
        "options",
        _("Checkboxes, one of several and a dropdown need options, and nothing else has them."),
    ),
    "forms_catalog_field_list_source": ("list_source", _("Choose one of the lists.")),
    "forms_catalog_field_information_optional": (
        "is_required",
        _("An information text has no answer, so it cannot be required."),
    ),
    "forms_catalog_field_not_on_itself": ("visible_if_field", _("A field cannot depend on itself.")),
}
