"""What the page of a standing order asks."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from settings_sync.exceptions import (
    OrderNameNotUsable,
    OrderNameTaken,
    SyncError,
    TimetableNotUsable,
    UnknownGroup,
    UnknownPackage,
)
from settings_sync.models import StandingOrder
from settings_sync.planning.policies import POLICIES
from settings_sync.services.standing.standing_orders import LONGEST, Content
from settings_sync.services.standing.timetables import EVERY_DAY, MOST_QUIET_MINUTES, YEARS
from tenants.entries import Unreadable, read_date, read_date_time, written
from tenants.entry_fields import DateTimeField, TimeField, WholeNumberField

from .ring_forms import RingsForm
from .rule_forms import policy_field

NIGHTLY = "nightly"
WEEKLY = "weekday"
ONCE = "moment"
PUBLISHED = "published"

EMPTY_WINDOWS = 2
"""Rows to fill in below those that there are."""
MOST_WINDOWS = 20
MOST_CLOSED = 400
DAY_NUMBERS = [(number, WEEKDAYS_ABBR[number - 1]) for number in EVERY_DAY]
NEEDED = {
    NIGHTLY: ("at",),
    WEEKLY: ("weekday", "at"),
    ONCE: ("moment",),
    PUBLISHED: ("quiet_minutes",),
}
"""The fields that say more of each sort of order."""


class LocalMomentField(DateTimeField):
    """A day and a time in the time zone of the order, which is chosen elsewhere in the form."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            moment = read_date_time(value.strip()) if value and value.strip() else None
        except Unreadable as error:
            raise forms.ValidationError(str(error), code="invalid") from None
        if moment and moment.year not in YEARS:
            words = _("Choose a year from %(first)d up to and including %(last)d.")
            raise forms.ValidationError(words % {"first": YEARS[0], "last": YEARS[-1]}, code="year")
        return moment


@dataclass(frozen=True)
class Closed:
    """Days on which nothing is written: everywhere, and by group."""

    everywhere: list[str]
    in_groups: list[dict[str, Any]]


class DaysField(forms.CharField):
    """Days of the calendar, one a line; what stands behind a day is the group that it is for."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> Closed:  # type: ignore[override]
        lines = [line.split(maxsplit=1) for line in (super().to_python(value) or "").splitlines() if line.strip()]
        try:
            days = sorted({(" ".join(group), read_date(day).isoformat()) for day, *group in lines})
        except Unreadable as error:
            raise forms.ValidationError(str(error), code="invalid") from None
        if len(days) > MOST_CLOSED:
            raise forms.ValidationError(_("Write at most %(most)d days.") % {"most": MOST_CLOSED}, code="many")
        by_group = {group: [day for name, day in days if name == group] for group, _day in days}
        everywhere = by_group.pop("", [])
        return Closed(everywhere, [{"group": group, "days": found} for group, found in by_group.items()])

    def run_validators(self, value: Any) -> None:
        """Its validators are those of a text."""


class WindowForm(forms.Form):
    """A time from which until which writing is allowed; a row in which neither is filled in says nothing."""

    begins = TimeField(label=gettext_lazy("From what time"), required=False)
    ends = TimeField(label=gettext_lazy("Until what time"), required=False)
    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On these days"),
        choices=DAY_NUMBERS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Only for these groups"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, groups: Sequence[str], **kwargs: Any) -> None:
        """`groups` are those for which there can be times of their own; with a single one there is no choice."""
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = [(name, name) for name in groups]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("begins", "ends"):
            if name in given and given[name] is None and self.is_used:
                self.add_error(name, _("Fill in a time, or leave both times empty."))
        if self.is_used and not given.get("days"):
            self.add_error("days", _("Choose at least one day."))
        return given

    @property
    def is_used(self) -> bool:
        """Whether something was typed in one of its times."""
        return any(str(self[name].value() or "").strip() for name in ("begins", "ends"))

    def window(self) -> dict[str, Any]:
        """The window as it is kept."""
        given = self.cleaned_data
        times = {"from": f"{given['begins']:%H:%M}", "until": f"{given['ends']:%H:%M}"}
        days = sorted(set(given["days"]))
        on_days = {} if days == EVERY_DAY else {"days": days}
        return {**times, **on_days, **({"groups": given["groups"]} if given["groups"] else {})}


class OrderForm(forms.Form):
    """A standing order; the rows of its windows are forms beside it."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("For example: Electrical work, every night. It stands with every sync that it makes."),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    package = forms.ChoiceField(
        label=gettext_lazy("Package"), error_messages={"required": gettext_lazy("Choose a package.")}
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Groups"),
        help_text=gettext_lazy("Whoever is in one of them when it works gets the package."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one group.")},
    )
    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[
            (NIGHTLY, gettext_lazy("Every day or night")),
            (WEEKLY, gettext_lazy("Every week")),
            (ONCE, gettext_lazy("Once")),
            (PUBLISHED, gettext_lazy("After publishing")),
        ],
        initial=NIGHTLY,
        widget=forms.RadioSelect,
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day"),
        choices=[(number, WEEKDAYS[number - 1]) for number in EVERY_DAY],
        coerce=int,
        required=False,
    )
    at = TimeField(label=gettext_lazy("Time"), required=False, initial="02:00")
    moment = LocalMomentField(label=gettext_lazy("Day and time"), required=False)
    quiet_minutes = WholeNumberField(
        label=gettext_lazy("Minutes in which nothing more is published"),
        help_text=gettext_lazy("So that what you publish together arrives together. With 0 it does not wait."),
        min_value=0,
        max_value=MOST_QUIET_MINUTES,
        required=False,
        initial=30,
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("All times and days of this order are in this time zone, also when the clock changes."),
        initial=settings.TIME_ZONE,
    )
    closed = DaysField(
        label=gettext_lazy("Days on which it does not write"),
        help_text=gettext_lazy(
            "One a line, such as 25-12-2026, or 25-12-2026 Noord for one group. What was due then comes at the first"
            " moment after it."
        ),
        required=False,
    )
    ask_always = forms.BooleanField(label=gettext_lazy("Always wait until somebody has looked"), required=False)
    ask_conflicts = forms.BooleanField(
        label=gettext_lazy("Wait until somebody has looked when something was changed on both sides"), required=False
    )
    is_on = forms.BooleanField(label=gettext_lazy("On"), required=False, initial=True)

    def __init__(
        self, *args: Any, packages: Sequence[tuple[str, str]], groups: Mapping[str, int], zone: str = "", **kwargs: Any
    ) -> None:
        """`groups` gives how many administrations are in each; `zone` is one that it has already."""
        super().__init__(*args, **kwargs)
        self.fields["package"].choices = list(packages)  # type: ignore[attr-defined]
        self.fields["groups"].choices = [(name, f"{name} ({number})") for name, number in groups.items()]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = zone_choices(zone)  # type: ignore[attr-defined]
        for policy in POLICIES:
            self.fields[policy] = policy_field(policy, otherwise=gettext_lazy("as for all syncs"))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        needed = NEEDED.get(given.get("when", ""), ())
        for name in {name for names in NEEDED.values() for name in names}:
            if name not in needed:
                # What stands in a field of another sort of order is not asked.
                self.errors.pop(name, None)
            elif name not in self.errors and given.get(name) in (None, ""):
                self.add_error(name, _("Fill this in."))
        return given

    @property
    def policy_fields(self) -> list[forms.BoundField]:
        """What it does where nobody decides."""
        return [self[policy] for policy in POLICIES]

    def content(self, windows: Sequence[WindowForm], rings: RingsForm) -> Content:
        """What was filled in, as the service takes it."""
        given = self.cleaned_data
        allowed = [row.window() for row in windows if row.is_used]
        closed: Closed = given["closed"]
        limits = (("allow", allowed), ("closed", closed.everywhere), ("closed_in", closed.in_groups))
        ask = {"always": given["ask_always"], "conflicts": given["ask_conflicts"]}
        return Content(
            name=given["name"],
            package=uuid.UUID(given["package"]),
            groups=given["groups"],
            when=self._when(),
            windows={name: rows for name, rows in limits if rows},
            time_zone=given["time_zone"],
            rings=rings.value(),
            policies={policy: given[policy] for policy in POLICIES if given[policy]},
            approval={name: wanted for name, wanted in ask.items() if wanted},
        )

    def _when(self) -> dict[str, Any]:
        given = self.cleaned_data
        kind = given["when"]
        if kind == ONCE:
            return {"kind": kind, "at": f"{given['moment']:%Y-%m-%dT%H:%M}"}
        if kind == PUBLISHED:
            return {"kind": kind, "quiet_minutes": given["quiet_minutes"]}
        at = {"kind": kind, "at": f"{given['at']:%H:%M}"}
        return {**at, "weekday": given["weekday"]} if kind == WEEKLY else at

    def refuse(self, refused: SyncError) -> None:
        """Show what the service refuses at what it is about."""
        field = None
        words = refused.detail
        if isinstance(refused, (OrderNameNotUsable, OrderNameTaken)):
            field = "name"
        elif isinstance(refused, UnknownGroup):
            is_chosen = refused.facts.get("name") in self.cleaned_data.get("groups", ())
            field = "groups" if is_chosen else "closed"
        elif isinstance(refused, UnknownPackage):
            field = "package"
        elif is_over(refused):
            field = "moment"
            words = _("This moment is over. Choose one that is still to come.")
        self.add_error(field, words)


def is_over(refused: SyncError) -> bool:
    """Whether the service refuses a single moment because it has gone by; pages send nothing else it cannot read."""
    return isinstance(refused, TimetableNotUsable) and refused.facts.get("field") == "at"


def initial_of(order: StandingOrder) -> dict[str, Any]:
    """What the form shows of an order."""
    when = order.when
    is_once = when["kind"] == ONCE
    return {
        "name": order.name,
        "package": str(order.package_id or ""),
        "groups": order.groups,
        "when": when["kind"],
        "at": "" if is_once else when.get("at", "02:00"),
        "moment": when["at"] if is_once else None,
        "weekday": when.get("weekday", 1),
        "quiet_minutes": when.get("quiet_minutes", 30),
        "time_zone": order.time_zone,
        "closed": "\n".join(_closed_lines(order.windows)),
        **{policy: order.policies.get(policy, "") for policy in POLICIES},
        "ask_always": order.approval.get("always", False),
        "ask_conflicts": order.approval.get("conflicts", False),
        # A single moment that is behind it is on again once it has another one.
        "is_on": order.state in (StandingOrder.State.ON, StandingOrder.State.DONE),
    }


def _closed_lines(windows: Mapping[str, Any]) -> Iterator[str]:
    for day in windows.get("closed", ()):
        yield written("date", day)
    for row in windows.get("closed_in", ()):
        for day in row["days"]:
            yield f"{written('date', day)} {row['group']}"


def window_forms(
    data: Mapping[str, Any] | None, order: StandingOrder | None, groups: Sequence[str]
) -> list[WindowForm]:
    """A row for each window, and some to fill in; `groups` are those that can have times of their own."""
    if data is not None:
        sent = [number for number in range(MOST_WINDOWS) if f"window{number}-begins" in data]
        return [WindowForm(data, prefix=f"window{number}", groups=groups) for number in sent]
    known = order.windows.get("allow", []) if order else []
    rows = [*map(_initial_of_window, known), *[{"days": [*map(str, EVERY_DAY)]}] * EMPTY_WINDOWS]
    return [
        WindowForm(initial=row, prefix=f"window{number}", groups=groups)
        for number, row in enumerate(rows[:MOST_WINDOWS])
    ]


def _initial_of_window(row: Mapping[str, Any]) -> dict[str, Any]:
    days = [*map(str, row.get("days", EVERY_DAY))]
    return {"begins": row["from"], "ends": row["until"], "days": days, "groups": row.get("groups", [])}


def zone_choices(known: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """The time zones, by part of the world; with one that an order has, although it is not among them."""
    regions = _zones()
    names = {name for _region, zones in regions for name, _words in zones}
    return regions if not known or known in names else [*regions, ("–", [(known, known)])]


@lru_cache(maxsize=1)
def _zones() -> list[tuple[str, list[tuple[str, str]]]]:
    found: dict[str, list[tuple[str, str]]] = {"Europe": []}
    for name in sorted(available_timezones()):
        region, _slash, place = name.partition("/")
        if place and region not in ("Etc", "SystemV", "US", "posix", "right"):
            found.setdefault(region, []).append((name, place.replace("_", " ")))
    return [*found.items(), ("UTC", [("UTC", "UTC")])]
