"""What the page of a standing order asks about its rings."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from settings_sync.models import StandingOrder
from settings_sync.services.rollouts.reading import ALL, MOST_ADMINISTRATIONS, MOST_MINUTES, MOST_STEPS
from settings_sync.wording.ring_wording import UNITS, unit_of
from tenants.entry_fields import WholeNumberField

DONE = "done"
AFTER = "after"
APPROVAL = "approval"
GROUP = "group"
NUMBER = "number"
PERCENT = "percent"
ONCE = "once"
FIRST = "first"
OWN = "own"
EMPTY_ROWS = 2
MOST_ROWS = MOST_STEPS - 1
GROUP_PREFIX = "group:"
STARTS = [
    (DONE, gettext_lazy("once the former ring is done")),
    (AFTER, gettext_lazy("some time after that")),
    (APPROVAL, gettext_lazy("when somebody approves")),
]
TIME_UNITS = [
    ("hours", gettext_lazy("hours")),
    ("days", gettext_lazy("days")),
    ("minutes", gettext_lazy("minutes")),
]


class StartForm(forms.Form):
    """When a ring begins."""

    start = forms.ChoiceField(label=gettext_lazy("Begins"), choices=STARTS, required=False)
    wait = WholeNumberField(
        label=gettext_lazy("How long after"), min_value=1, max_value=MOST_MINUTES, required=False, initial=24
    )
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=TIME_UNITS, required=False)

    def check_wait(self) -> None:
        """Say what is wrong with how long it waits, where that is asked."""
        given = self.cleaned_data
        if given.get("start") != AFTER:
            # What stands in a field that is not asked is nobody's mistake.
            self.errors.pop("wait", None)
        elif "wait" in given and not self._minutes() <= MOST_MINUTES:
            self.add_error("wait", _("Choose at most 30 days."))
        elif "wait" in given and not given["wait"]:
            self.add_error("wait", _("Fill this in."))

    def start_as_kept(self) -> dict[str, Any]:
        """When it begins, as it is kept."""
        start = self.cleaned_data.get("start") or DONE
        if start == DONE:
            return {}
        return {"start": start, **({"minutes": self._minutes()} if start == AFTER else {})}

    def _minutes(self) -> int:
        given = self.cleaned_data
        return int(given.get("wait") or 0) * UNITS[given.get("unit") or "hours"]


class RingForm(StartForm):
    """A ring before the rest; a row in which nobody is chosen says nothing."""

    who = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    size = WholeNumberField(label=gettext_lazy("How many"), min_value=1, max_value=MOST_ADMINISTRATIONS, required=False)

    field_order = ("who", "size", "start", "wait", "unit")

    def __init__(self, *args: Any, groups: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            (PERCENT, _("a percentage of the administrations")),
            (NUMBER, _("a number of administrations")),
            *((GROUP_PREFIX + name, _("group %(name)s") % {"name": name}) for name in groups),
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.is_used:
            self.errors.clear()
            return given
        self.check_wait()
        who = given.get("who", "")
        if who.startswith(GROUP_PREFIX):
            self.errors.pop("size", None)
        elif "size" in given and not given["size"]:
            self.add_error("size", _("Fill this in."))
        elif who == PERCENT and "size" in given and given["size"] >= ALL:
            self.add_error("size", _("Choose less than 100 %."))
        return given

    @property
    def is_used(self) -> bool:
        return bool(self["who"].value())

    def step(self, *, is_first: bool) -> dict[str, Any]:
        """The ring as it is kept; the first one has no beginning of its own."""
        given = self.cleaned_data
        start = {} if is_first else self.start_as_kept()
        if given["who"].startswith(GROUP_PREFIX):
            return {"kind": "group", "group": given["who"].removeprefix(GROUP_PREFIX), **start}
        return {"kind": given["who"], given["who"]: given["size"], **start}


class RingsForm(StartForm):
    """In how many rings an order goes, and when it goes no further; its own rings are forms in `rows`."""

    spread = forms.ChoiceField(
        label=gettext_lazy("In which order"),
        choices=[
            (ONCE, gettext_lazy("Everywhere at once")),
            (FIRST, gettext_lazy("A test group first, then the rest")),
            (OWN, gettext_lazy("In rings of your own")),
        ],
        initial=ONCE,
        required=False,
        widget=forms.RadioSelect,
    )
    first_group = forms.ChoiceField(label=gettext_lazy("Test group"), required=False)
    stop_above = WholeNumberField(
        label=gettext_lazy("Stops with more than"),
        min_value=0,
        max_value=MOST_ADMINISTRATIONS,
        required=False,
        initial=0,
    )
    stop_unit = forms.ChoiceField(
        label=gettext_lazy("Counted in"),
        choices=[
            (NUMBER, gettext_lazy("administrations")),
            (PERCENT, gettext_lazy("% of whose turn it was")),
        ],
        required=False,
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, groups: Sequence[str], order: StandingOrder | None = None
    ) -> None:
        rings = order.rings if order else {}
        super().__init__(data, prefix="rings", initial=_initial_of(rings))
        self.fields["start"].label = _("The rest begins")
        self.fields["first_group"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a group")),
            *((name, name) for name in groups),
        ]
        self.rows = _rows(data, rings, groups)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.chosen == ONCE:
            self.errors.clear()
            return given
        self.check_wait()
        if self.chosen == FIRST and not given.get("first_group"):
            self.add_error("first_group", _("Choose the group that comes first."))
        if "stop_above" in given and given["stop_above"] is None:
            self.add_error("stop_above", _("Fill this in."))
        if given.get("stop_unit") == PERCENT and (given.get("stop_above") or 0) > ALL:
            self.add_error("stop_above", _("Choose at most 100 %."))
        if self.chosen == OWN:
            self._check_rows()
        return given

    def _check_rows(self) -> None:
        # Each of them is asked, so that everything that is wrong is told at once.
        wrong = [row for row in self.rows if not row.is_valid()]
        if not any(row.is_used for row in self.rows):
            self.add_error("spread", _("Say who comes first."))
        elif wrong:
            self.add_error("spread", _("Look at the rings below."))

    @property
    def chosen(self) -> str:
        """The sort of spreading that was chosen."""
        return str(self["spread"].value() or ONCE)

    def value(self) -> dict[str, Any]:
        """The rings as they are kept; empty where everything goes at once."""
        given = self.cleaned_data
        if self.chosen == ONCE:
            return {}
        if self.chosen == FIRST:
            steps = [{"kind": "group", "group": given["first_group"]}]
        else:
            used = [row for row in self.rows if row.is_used]
            steps = [row.step(is_first=not number) for number, row in enumerate(used)]
        steps.append({"kind": "rest", **self.start_as_kept()})
        return {"steps": steps, "stop": {given.get("stop_unit") or "number": given["stop_above"]}}


def _initial_of(rings: Mapping[str, Any]) -> dict[str, Any]:
    if not rings:
        return {"spread": ONCE}
    steps = rings["steps"]
    stop = rings.get("stop", {"number": 0})
    is_first = len(steps) == 2 and steps[0]["kind"] == GROUP
    (unit,) = stop
    return {
        "spread": FIRST if is_first else OWN,
        "first_group": steps[0].get("group", ""),
        "stop_above": stop[unit],
        "stop_unit": unit,
        **_start_of(steps[-1]),
    }


def _start_of(step: Mapping[str, Any]) -> dict[str, Any]:
    start = {"start": step.get("start", DONE)}
    if "minutes" not in step:
        return start
    unit, number = unit_of(step["minutes"])
    return {**start, "wait": number, "unit": unit}


def _rows(data: Mapping[str, Any] | None, rings: Mapping[str, Any], groups: Sequence[str]) -> list[RingForm]:
    if data is not None:
        sent = [number for number in range(MOST_ROWS) if f"ring{number}-who" in data]
        return [RingForm(data, prefix=f"ring{number}", groups=groups) for number in sent]
    known = [_row_of(step) for step in rings.get("steps", [])[:-1]]
    rows = [*known, *({} for _row in range(EMPTY_ROWS))]
    return [RingForm(initial=row, prefix=f"ring{number}", groups=groups) for number, row in enumerate(rows[:MOST_ROWS])]


def _row_of(step: Mapping[str, Any]) -> dict[str, Any]:
    who = GROUP_PREFIX + step["group"] if step["kind"] == GROUP else step["kind"]
    return {"who": who, "size": step.get(step["kind"]) if step["kind"] != GROUP else None, **_start_of(step)}
