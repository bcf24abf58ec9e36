"""What the database asks of daily data, where the constraint does not say it by itself."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "business_customer_has_name": ("name", _("A customer needs a name.")),
    "business_numbersequence_from_one": ("next_value", _("Numbers start at 1.")),
    "business_workorder_running_was_picked_up": ("", _("A work order is picked up before the work goes on.")),
    "business_workorderhour_positive": ("hours", _("Fill in more than zero hours.")),
    "business_invoice_final_is_numbered": (
        "",
        _("A final invoice has a number, a date and a due date; a draft has no number yet."),
    ),
    "business_invoice_only_credit_notes_credit": ("", _("Only a credit note takes back another invoice.")),
}
