"""Moves what the story just did into the past, so that the history looks lived in. The trail keeps the real times."""

from datetime import timedelta
from typing import Any

from django.db.models import F, Model, Q
from django.utils import timezone

from notices.models import Notice
from settings_sync.models import AlignmentDay, Receipt, SyncRun, SyncTarget
from sync_ledger.models import Base, Edit, Version
from tenants.models import Administration
from tenants.schemas import inside


def backdate_run(run: SyncRun, ago: timedelta) -> None:
    """Let a run, its targets, their receipts, the decisions that it left behind and what people were told of it have
    happened that long ago."""
    _move(SyncRun.objects.filter(pk=run.pk), ago, "created_at", "started_at", "finished_at")
    _move(SyncTarget.objects.filter(run=run), ago, "started_at", "finished_at")
    _move(Notice.objects.filter(facts__run=str(run.pk)), ago, "created_at")
    _move(Receipt.objects.filter(target__run=run), ago, "written_at")
    for target in run.targets.select_related("administration"):
        with inside(target.administration):
            _move(Base.objects.filter(decided_at__gte=run.created_at), ago, "decided_at")


def backdate_edits(ago: timedelta) -> None:
    """Let the edits of the last minute have happened that long ago; the caller is inside of the administration."""
    newest = Edit.objects.order_by("-at").values_list("at", flat=True).first()
    if newest is not None:
        _move(Edit.objects.filter(at__gte=newest - timedelta(minutes=1)), ago, "at")
        # What was published then: by this it is told how long it took until it was everywhere.
        _move(Version.objects.filter(at__gte=newest - timedelta(minutes=1)), ago, "at")


def backdate_administrations(main: Administration, ago: timedelta) -> None:
    """Let a main administration and its subs have been made so long ago."""
    _move(Administration.objects.filter(Q(pk=main.pk) | Q(parent=main)), ago, "created_at")


def backdate_figure(main: Administration, ago: timedelta) -> None:
    """Let the figures of today, how far everything is in line, have been those of so long ago."""
    today = timezone.localdate()
    AlignmentDay.objects.filter(administration=main, day=today).update(day=today - ago)


def _move(rows: Any, ago: timedelta, *fields: str) -> None:
    model: type[Model] = rows.model
    assert {field.name for field in model._meta.concrete_fields} >= set(fields)
    rows.update(**{field: F(field) - ago for field in fields})
