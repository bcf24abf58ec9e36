"""How far a main administration was in line over time."""

from typing import Any

from rest_framework import serializers

from settings_sync.models import Package
from settings_sync.services.administrations.days import WEEKS
from settings_sync.services.trends.reading import Trends
from tenants.models import Administration

from .base import WholeInAddress

MOST_WEEKS = 52


class TrendsQuery(serializers.Serializer[Any]):
    """Of which group and package, and over how many weeks; without them of everything, and over twelve."""

    group = serializers.CharField(required=False, default="", allow_blank=True, max_length=60, trim_whitespace=False)
    package = serializers.UUIDField(required=False, default=None)
    weeks = WholeInAddress(required=False, default=WEEKS, min_value=1, max_value=MOST_WEEKS)


class WeekShape(serializers.Serializer[Any]):
    """How it stood on the last day of a week; `percent` is null while nobody had counted yet. A setting counts once for
    each administration that is to have it."""

    ends_on = serializers.DateField()
    percent = serializers.IntegerField(allow_null=True)
    settings_in_line = serializers.IntegerField(source="in_line")
    settings = serializers.IntegerField(source="total")
    administrations_in_line = serializers.IntegerField()
    administrations = serializers.IntegerField()


class WaitingShape(serializers.Serializer[Any]):
    """How many decisions waited at the end of a week, in all groups together; null while nobody had noted it yet."""

    ends_on = serializers.DateField()
    conflicts = serializers.IntegerField(allow_null=True)
    deviations = serializers.IntegerField(allow_null=True)
    approvals = serializers.IntegerField(allow_null=True)


class PublishingShape(serializers.Serializer[Any]):
    """How long it took from publishing until a sync had brought it, in the last twelve weeks and all groups together:
    half of the arrivals within `median_seconds`, nine of ten within `slowest_seconds`."""

    settings = serializers.IntegerField()
    arrivals = serializers.IntegerField()
    median_seconds = serializers.IntegerField()
    slowest_seconds = serializers.IntegerField()


class TrendsShape(serializers.Serializer[Any]):
    """Everything over time; `publishing` is null where nothing was brought."""

    administration = serializers.SlugField()
    group = serializers.CharField(allow_null=True)
    package = serializers.UUIDField(allow_null=True)
    weeks = WeekShape(many=True)
    waiting = WaitingShape(many=True)
    publishing = PublishingShape(allow_null=True)


def shape_trends(main: Administration, group: str, package: Package | None, trends: Trends) -> dict[str, Any]:
    """The figures as the API answers them."""
    pace = trends.pace
    publishing = pace and {
        "settings": pace.settings,
        "arrivals": pace.arrivals,
        "median_seconds": int(pace.median.total_seconds()),
        "slowest_seconds": int(pace.slowest.total_seconds()),
    }
    shown = {
        "administration": main.slug,
        "group": group or None,
        "package": package.pk if package else None,
        "weeks": trends.weeks,
        "waiting": trends.waiting,
        "publishing": publishing,
    }
    return dict(TrendsShape(shown).data)
