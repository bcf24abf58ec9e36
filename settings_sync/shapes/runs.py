"""Runs, their targets and receipts."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from settings_sync.models import Plan, SyncRun, SyncTarget
from settings_sync.planning.verdicts import Action

from .base import Body, ErrorShape, Slug, Text, Uid, UtcTime, Whole, YesOrNo
from .plans import ChangeShape, Counts, NewPlan
from .rings import RingShape

LONGEST_NOTE = 2000


class ConfirmedPlan(Body):
    """A run of a plan that was looked at: its version says which one."""

    plan = Uid()
    version = Whole(min_value=1, max_value=2_147_483_647)
    note = Text(required=False, allow_blank=True, max_length=LONGEST_NOTE, default="")
    confirmation = Text(required=False, allow_blank=True, max_length=200)


class OneStepRun(NewPlan):
    """A plan and its run in one step."""

    note = Text(required=False, allow_blank=True, max_length=LONGEST_NOTE, default="")
    confirmation = Text(required=False, allow_blank=True, max_length=200)


class UndoBody(Body):
    """Which administrations a run is taken back in (all that it changed when left out); `confirm` runs it at once, with
    the typed `confirmation` where taking back removes or overwrites much."""

    targets = serializers.ListField(child=Slug(max_length=63), required=False, min_length=1, max_length=5000)
    confirm = YesOrNo(required=False, default=False)
    confirmation = Text(required=False, allow_blank=True, max_length=200, default="")


class RetryBody(Body):
    """Which administrations are tried again (all that failed or were stopped when left out); `confirmation` is asked
    for where the run was taken back since."""

    targets = serializers.ListField(child=Slug(max_length=63), required=False, min_length=1, max_length=5000)
    confirmation = Text(required=False, allow_blank=True, max_length=200)


class RunShape(serializers.Serializer[Any]):
    """A run; `counts` adds up what arrived in the administrations that are done. `token` is the name and beginning of
    the token that it was asked with, and empty where a page or the terminal asked for it. While it is `waiting` nothing
    has started: `approval` is what it waits for, or waited for. An order with rings goes to its administrations one of
    the `rings` after the other; `paused_at` is since when nothing more of them begins."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Plan.Kind.choices)
    plan = serializers.UUIDField()
    state = serializers.ChoiceField(choices=SyncRun.State.choices)
    counts = Counts()
    note = serializers.CharField(allow_blank=True)
    requested_by = serializers.CharField(allow_null=True)
    on_behalf_of = serializers.CharField(allow_blank=True)
    token = serializers.CharField(allow_blank=True)
    created_at = UtcTime()
    started_at = UtcTime(allow_null=True)
    finished_at = UtcTime(allow_null=True)
    undone_by = serializers.UUIDField(allow_null=True)
    approval = serializers.UUIDField(allow_null=True)
    rings = RingShape(many=True)
    paused_at = UtcTime(allow_null=True)


class ReceiptShape(serializers.Serializer[Any]):
    """The proof: how many rows of which tables were written, and 0 rows of daily data."""

    rows = serializers.DictField(child=serializers.IntegerField())
    business_rows_written = serializers.IntegerField()
    snapshot = serializers.UUIDField(source="snapshot_id")
    written_at = UtcTime()


class FindingShape(serializers.Serializer[Any]):
    """One difference between the plan and its result; `overtaken_by` is the later run that has decided about it, and
    with the code `done-before` the earlier run that had done the same since the preview."""

    code = serializers.CharField()
    kind = serializers.CharField()
    item = serializers.UUIDField(source="uid", allow_null=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    overtaken_by = serializers.UUIDField(source="overtaken_by_id", allow_null=True)


class HappenedShape(ChangeShape):
    """What became of one item: `action` is what happened, `planned` what the plan was going to do.

    `finding` is the code of what differed, such as `stale` or `overtaken`, and `overtaken_by` the later run that has
    decided about the item since; with `done-before` it is the earlier one that had done the same since the preview.
    """

    planned = serializers.ChoiceField(choices=Action.choices)
    finding = serializers.CharField(allow_null=True)
    overtaken_by = serializers.UUIDField(allow_null=True)


class TargetShape(serializers.Serializer[Any]):
    """One administration of a run; `overtaken_by` is the later run that has decided about everything here since."""

    administration = serializers.SlugField(source="administration.slug")
    state = serializers.ChoiceField(choices=SyncTarget.State.choices)
    attempts = serializers.IntegerField()
    counts = Counts()
    error = ErrorShape(allow_null=True)
    overtaken_by = serializers.UUIDField(allow_null=True)
    receipt = ReceiptShape(allow_null=True)
    findings = FindingShape(many=True)
    started_at = UtcTime(allow_null=True)
    finished_at = UtcTime(allow_null=True)


def read_new_run(data: Any) -> dict[str, Any]:
    """Either form of a request for a run, checked; a confirmed plan has the key `plan`. Raises ValidationError."""
    if not isinstance(data, Mapping):
        raise serializers.ValidationError(_("The body must be an object."))
    given = ConfirmedPlan(data=data) if "plan" in data else OneStepRun(data=data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
