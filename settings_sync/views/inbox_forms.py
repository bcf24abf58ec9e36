"""The forms of the inbox: what of it is shown, one decision, one answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from settings_sync.models import InboxDecision
from settings_sync.services.inbox.entries import Filters
from settings_sync.services.inbox.questions import LONGEST
from tenants.entry_fields import DateField

STATES = (("open", _("waiting")), ("asked", _("asked")), ("accepted", pgettext_lazy("deviation", "accepted")))
ORDERS = (("work", _("what touches open work first")), ("newest", _("newest first")))


class InboxFilterForm(forms.Form):
    """What of the inbox is shown; what makes no sense is left out."""

    q = forms.CharField(required=False, max_length=200)
    state = forms.ChoiceField(choices=STATES, required=False)
    sort = forms.ChoiceField(choices=ORDERS, required=False)
    category = forms.ChoiceField(required=False)
    group = forms.ChoiceField(required=False)
    administration = forms.SlugField(required=False, max_length=63)

    def __init__(self, *args: Any, categories: Sequence[tuple[str, str]], groups: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"] = forms.ChoiceField(choices=[("", _("Everything")), *categories], required=False)
        self.fields["group"] = forms.ChoiceField(
            choices=[("", _("All groups")), *((name, name) for name in groups)], required=False
        )
        self.is_valid()

    def filters(self) -> Filters:
        """As the inbox takes them."""
        asked = self.cleaned_data
        return Filters(
            state=asked.get("state") or "open",
            category=asked.get("category", ""),
            group=asked.get("group", ""),
            administration=asked.get("administration", ""),
            query=asked.get("q", ""),
        )

    def order(self) -> str:
        """By which order they are shown."""
        return self.cleaned_data.get("sort") or "work"


class DecisionForm(forms.Form):
    """One decision about one entry."""

    entry = forms.UUIDField()
    decision = forms.ChoiceField(choices=InboxDecision.Word.choices)
    until = DateField(required=False)
    reason = forms.CharField(required=False, max_length=LONGEST)
    seen = forms.CharField(required=False, max_length=60)

    def asked(self) -> dict[str, Any]:
        """As deciding takes it. A date that was filled in beside another decision is not meant for it."""
        given = self.cleaned_data
        accepts = given["decision"] in InboxDecision.ACCEPTING
        return {
            "deviation": given["entry"],
            "word": given["decision"],
            "reason": given["reason"],
            "until": given["until"] if accepts else None,
        }

    def seen_at(self) -> datetime | None:
        """When the page was made on which it was decided; None for what is no moment."""
        try:
            moment = parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None
        return moment if moment and timezone.is_aware(moment) else None


class AnswerForm(forms.Form):
    """The answer to one question."""

    question = forms.UUIDField(widget=forms.HiddenInput)
    answer = forms.CharField(
        label=_("Answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
