"""What the database asks of webhooks, where the constraint does not say it by itself."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "webhooks_outboxmessage_one_receiver": ("", _("A message goes to one webhook or to one person.")),
}
