"""The inbox of a main administration: what was changed in its subs, and what was decided about that."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.exact_json import ExactJSONField
from tenants.models import Administration

from .plans import Plan
from .runs import SyncRun


class InboxEntry(models.Model):
    """One deviation, of however many administrations: the same setting, the same fields, the same values.

    `id` follows from these, so that whoever finds it again finds this row. `fields` are the differing ones, as
    [path, base, source, local]; of one that was removed there the path is empty.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="inbox")
    kind = models.CharField(max_length=80)
    category = models.CharField(max_length=60)
    uid = models.UUIDField()
    label = models.TextField()
    fields = ExactJSONField(default=list)
    found_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.label


class InboxDecision(models.Model):
    """What somebody decided about an entry. `run` carries it out; `offered` is the preview that brings to the others
    what was taken over into the main administration.

    `former_digest` and `result_digest` are what the main administration had before that, and after. `groups` are those
    for which it was accepted, whoever of them comes with it later.
    """

    class Word(models.TextChoices):
        PUT_BACK = "put_back", pgettext_lazy("deviation", "put back")
        ACCEPT = "accept", pgettext_lazy("deviation", "accepted")
        ACCEPT_GROUP = "accept_group", _("accepted for the group")
        PROMOTE = "promote", _("taken over into the main administration")
        ASK = "ask", _("asked the sub-administration")

    ACCEPTING = (Word.ACCEPT, Word.ACCEPT_GROUP)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(InboxEntry, on_delete=models.CASCADE, related_name="decisions")
    word = models.CharField(max_length=20, choices=Word)
    reason = models.TextField(blank=True, default="")
    until = models.DateField(null=True)
    groups = ExactJSONField(default=list)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # As the ledger writes it: with who of support acted on behalf of whom.
    by_name = models.CharField(max_length=254)
    decided_at = models.DateTimeField(auto_now_add=True)
    run = models.ForeignKey(SyncRun, null=True, on_delete=models.SET_NULL, related_name="+")
    offered = models.ForeignKey(Plan, null=True, on_delete=models.SET_NULL, related_name="+")
    former_digest = models.BinaryField(null=True)
    result_digest = models.BinaryField(null=True)
    # The decision for a group by which this one was made for an administration that came later.
    follows = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-decided_at"]
        indexes = [models.Index(fields=["administration", "-decided_at"], name="settings_sync_inbox_last")]

    def __str__(self) -> str:
        return f"{self.get_word_display()}: {self.entry_id}"


class InboxDeviation(models.Model):
    """A setting that stands otherwise in one sub-administration, since when, and what became of it."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for a decision")
        ASKED = "asked", _("asked")
        ACCEPTED = "accepted", pgettext_lazy("deviation", "accepted")
        WAITING = "waiting", _("being carried out")
        SETTLED = "settled", _("settled")

    class CameBack(models.TextChoices):
        """Why it waits again, after a decision."""

        DUE = "due", _("the date is past")
        CHANGED = "changed", _("changed anew")
        HELD = "held", _("held back, because it was changed meanwhile")
        FAILED = "failed", _("could not be carried out")
        ANSWERED = "answered", _("answered")
        UNDONE = "undone", _("the decision was taken back")

    entry = models.ForeignKey(InboxEntry, on_delete=models.CASCADE, related_name="deviations")
    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="deviations")
    kind = models.CharField(max_length=80)
    uid = models.UUIDField()
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    came_back = models.CharField(max_length=20, choices=CameBack, blank=True, default="")
    base_digest = models.BinaryField(null=True)
    source_digest = models.BinaryField(null=True)
    local_digest = models.BinaryField(null=True)
    # How many open documents use it there, by their name, and in total.
    affected = ExactJSONField(default=dict)
    weight = models.PositiveIntegerField(default=0)
    edited_by = models.CharField(max_length=254, blank=True, default="")
    edited_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()
    decision = models.ForeignKey(InboxDecision, null=True, on_delete=models.SET_NULL, related_name="deviations")
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "kind", "uid"], name="settings_sync_deviation_once"),
        ]
        indexes = [
            models.Index(fields=["entry"], condition=Q(state="open"), name="settings_sync_inbox_open"),
            # Asked every few seconds: whose date is past, and what was being carried out.
            models.Index(fields=["until"], condition=Q(state="accepted"), name="settings_sync_inbox_until"),
            models.Index(fields=["decision"], condition=Q(state="waiting"), name="settings_sync_inbox_wait"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class InboxQuestion(models.Model):
    """What the main administration asked a sub about a deviation, and what was answered there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deviation = models.ForeignKey(InboxDeviation, on_delete=models.CASCADE, related_name="questions")
    decision = models.ForeignKey(InboxDecision, on_delete=models.CASCADE, related_name="questions")
    answer = models.TextField(blank=True, default="")
    answered_by = models.CharField(max_length=254, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deviation", "decision"], name="settings_sync_question_once"),
        ]

    def __str__(self) -> str:
        return self.decision.reason


class InboxDue(models.Model):
    """That an administration was counted since the inbox looked at it; written in the transaction that counts.

    As a row that is there only when something happened it costs an idle round nothing, however many there are.
    """

    administration = models.OneToOneField(
        Administration, on_delete=models.CASCADE, primary_key=True, related_name="inbox_due"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.administration)
