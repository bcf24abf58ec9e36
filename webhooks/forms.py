"""What the pages about webhooks and mails ask."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .events import Event
from .exceptions import AddressNotUsable, NoEvents, WebhookError
from .models import LONGEST_URL, MailChoice


class EndpointForm(forms.Form):
    """Where to, about what. Whether messages can go there, the service says."""

    url = forms.CharField(
        label=_("Address"),
        help_text=_("Where your other system receives messages, for example https://example.com/eenlijn."),
        max_length=LONGEST_URL,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(
        label=_("Description"), help_text=_("Which system it is, for your colleagues."), max_length=200, required=False
    )
    events = forms.MultipleChoiceField(
        label=_("When to send a message"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(event.value, capfirst(event.label)) for event in Event]
        self.fields["events"].choices = choices  # type: ignore[attr-defined]

    def refuse(self, refused: WebhookError) -> None:
        """Show a refusal of the service at the field that it is about."""
        field = {AddressNotUsable: "url", NoEvents: "events"}
        found = next((name for error, name in field.items() if isinstance(refused, error)), None)
        self.add_error(found, refused.detail)


class MailChoiceForm(forms.Form):
    """When to get a mail, and in which language."""

    when = forms.ChoiceField(label=_("When do you want an e-mail?"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language of the e-mail"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(when.value, capfirst(when.label)) for when in MailChoice.When]
        self.fields["when"].choices = choices  # type: ignore[attr-defined]
