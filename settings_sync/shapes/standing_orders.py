"""Standing orders, as the API takes and answers them."""


from rest_framework import serializers

from settings_sync.planning.policies import POLICIES
from settings_sync.services.standing.standing_orders import LONGEST

from .base import Body, Text, Uid, Whole, YesOrNo

WHEN = ("nightly", "weekday", "moment", "published")
EXAMPLE = {
    "name": "Elektra, elke nacht",
    "package": "0b0f4d1e-7c5a-4c0e-9c70-0a5b6a1f7a11",
    "groups": ["Noord-Nederland"],
    "when": {"kind": "nightly", "at": "02:00"},
    "windows": {"allow": [{"from": "22:00", "until": "06:00", "days": [1, 2, 3, 4, 5]}], "closed": ["2026-12-25"]},
}


def _at() -> Text:
    return Text(max_length=16)


class WhenBody(Body):
    """What makes it due: `nightly` and `weekday` (1 is Monday) at a local time, `moment` at a local date and time, and
    `published` once nothing was published for `quiet_minutes`."""

    kind = serializers.ChoiceField(choices=WHEN)
    at = Text(max_length=16, required=False)
    weekday = Whole(min_value=1, max_value=7, required=False)
    quiet_minutes = Whole(min_value=0, max_value=10080, required=False)


class WindowBody(Body):
    """A local time from which until which writing is allowed, on the days on which it begins."""

    vars()["from"] = _at()
    until = _at()
    days = serializers.ListField(child=Whole(min_value=1, max_value=7), min_length=1, max_length=7, required=False)


class WindowsBody(Body):
    """When writing is allowed; without `allow` always, but never on a `closed` day."""

    allow = WindowBody(many=True, required=False)
    closed = serializers.ListField(child=Text(max_length=10), max_length=400, required=False)


class OrderPolicies(Body):
    """What its plans do where nobody decides; what is left out is as the main administration has it."""

    changed_locally = serializers.ChoiceField(choices=POLICIES["changed_locally"], required=False)
    conflict = serializers.ChoiceField(choices=POLICIES["conflict"], required=False)
    removed_locally = serializers.ChoiceField(choices=POLICIES["removed_locally"], required=False)
    removed_in_source = serializers.ChoiceField(choices=POLICIES["removed_in_source"], required=False)
    stale = serializers.ChoiceField(choices=POLICIES["stale"], required=False)


class LookBody(Body):
    """When it waits for somebody's look besides what removes or overwrites much: `always`, or with `conflicts`."""

    always = YesOrNo(required=False)
    conflicts = YesOrNo(required=False)


class ChangedOrder(Body):
    """What to change; the rest stays."""

    name = Text(max_length=LONGEST, required=False)
    package = Uid(required=False)
    groups = serializers.ListField(child=Text(max_length=60), min_length=1, max_length=200, required=False)
    when = WhenBody(required=False)
    windows = WindowsBody(required=False)
    time_zone = Text(max_length=60, required=False)
    policies = OrderPolicies(required=False)
    approval = LookBody(required=False)
