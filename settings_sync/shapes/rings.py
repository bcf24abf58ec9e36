"""Rings, as the API takes them of an order and answers them of a run."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import User
from settings_sync.models import Approval, RunStage, SyncRun, SyncTarget
from settings_sync.services.rollouts.reading import ALL, MOST_ADMINISTRATIONS, MOST_MINUTES, MOST_STEPS
from settings_sync.services.runs.run_overview import entered_targets

from .base import Body, Text, UtcTime, Whole

WHO = ("group", "number", "percent", "rest")
IN_RINGS = [*SyncTarget.OPEN, *SyncTarget.ENDED]
STARTS = ("done", "after", "approval")


class StepBody(Body):
    """A ring: the administrations of a `group`, a `number` or a `percent` of them, or the `rest`, which comes last. But
    for the first it starts when the former one is `done`, so many `minutes` `after` that, or with `approval`."""

    kind = serializers.ChoiceField(choices=WHO)
    group = Text(max_length=60, required=False)
    number = Whole(min_value=1, max_value=MOST_ADMINISTRATIONS, required=False)
    percent = Whole(min_value=1, max_value=ALL - 1, required=False)
    start = serializers.ChoiceField(choices=STARTS, required=False)
    minutes = Whole(min_value=1, max_value=MOST_MINUTES, required=False)


class StopBody(Body):
    """With how many administrations that fail or are held it goes on, or with how many percent of those whose turn it
    was; with more it stops."""

    number = Whole(min_value=0, max_value=MOST_ADMINISTRATIONS, required=False)
    percent = Whole(min_value=0, max_value=ALL, required=False)


class RingsBody(Body):
    """The rings in which an order goes, or nothing: everywhere at once. Without `stop` the first administration that
    fails or is held stops it."""

    steps = StepBody(many=True, required=False, max_length=MOST_STEPS)  # type: ignore[call-arg]
    stop = StopBody(required=False)


@extend_schema_serializer(examples=[OpenApiExample("A word", value={"reason": "Gezien, akkoord"}, request_only=True)])
class RingWordBody(Body):
    """What whoever approves a ring says of it, if anything."""

    reason = Text(max_length=Approval.LONGEST_REASON, required=False, allow_blank=True)


class RingShape(serializers.Serializer[Any]):
    """One ring of a run; `targets` counts its administrations by their state, and `opens_at` is when it begins where it
    waits for a time."""

    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=RunStage.State.choices)
    targets = serializers.DictField(child=serializers.IntegerField())
    opens_at = UtcTime(allow_null=True)
    waits_for_approval = serializers.BooleanField()
    approved_by = serializers.EmailField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    started_at = UtcTime(allow_null=True)
    finished_at = UtcTime(allow_null=True)


def shape_rings(runs: Iterable[SyncRun], user: User) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """The rings of these runs, by run, counted over the administrations that the user may enter: two queries, or none
    where no run has any."""
    in_rings = [run.pk for run in runs if run.rings]
    if not in_rings:
        return {}
    targets = entered_targets(user).filter(run__in=in_rings, ring__isnull=False).order_by()
    counted: dict[tuple[uuid.UUID, int | None], dict[str, int]] = defaultdict(dict)
    for row in targets.values("run", "ring", "state").annotate(number=Count("pk")):
        counted[row["run"], row["ring"]][row["state"]] = row["number"]
    shown: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for stage in RunStage.objects.filter(run__in=in_rings).select_related("approved_by").order_by("run", "number"):
        shown[stage.run_id].append(_ring(stage, counted[stage.run_id, stage.number]))
    return shown


def _ring(stage: RunStage, counted: Mapping[str, int]) -> dict[str, Any]:
    names = ("number", "state", "started_at", "finished_at", "waits_for_approval", "reason")
    return {
        **{name: getattr(stage, name) for name in names},
        "targets": {state: counted.get(state, 0) for state in IN_RINGS},
        "opens_at": stage.opens_at if stage.state == RunStage.State.WAITING else None,
        "approved_by": stage.approved_by.email if stage.approved_by else None,
    }
