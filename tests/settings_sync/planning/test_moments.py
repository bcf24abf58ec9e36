"""When a standing order is due: a simulated year with both changes of the clock, missed nights and two schedulers."""

import itertools
import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings_sync.planning.moments import Timetable, When, Window, first_instant

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ZONES = [AMSTERDAM, ZoneInfo("UTC"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def nightly(at, **more):
    return Timetable(When.NIGHTLY, AMSTERDAM, at=at, **more)


class TestTheClock:
    @pytest.mark.parametrize(
        ("local", "instant"),
        [
            (datetime(2026, 1, 15, 2, 30), utc(2026, 1, 15, 1, 30)),
            (datetime(2026, 7, 15, 2, 30), utc(2026, 7, 15, 0, 30)),
            # Skipped: the first instant that there is.
            (datetime(2026, 3, 29, 2, 30), utc(2026, 3, 29, 1, 0)),
            (datetime(2026, 3, 29, 2, 0), utc(2026, 3, 29, 1, 0)),
            (datetime(2026, 3, 29, 3, 0), utc(2026, 3, 29, 1, 0)),
            # Twice: the first of both.
            (datetime(2026, 10, 25, 2, 30), utc(2026, 10, 25, 0, 30)),
        ],
    )
    def test_a_local_time_is_one_instant(self, local, instant):
        assert first_instant(local, AMSTERDAM) == instant

    @pytest.mark.parametrize("at", [time(0, 0), time(2, 0), time(2, 30), time(3, 0), time(23, 59)])
    @pytest.mark.parametrize("zone", ZONES, ids=str)
    def test_every_night_of_a_year_has_one_moment(self, at, zone):
        table = Timetable(When.NIGHTLY, zone, at=at)
        found = list(_until(table, utc(2025, 12, 31, 12), NEXT_YEAR))
        days = [moment.astimezone(zone).date() for moment in found]
        assert len(found) == len(set(found)) == len(set(days))
        assert all(later - earlier == timedelta(days=1) for earlier, later in itertools.pairwise(days))

    def test_a_weekday_is_that_of_the_place(self):
        table = Timetable(When.WEEKLY, AMSTERDAM, at=time(0, 30), weekday=1)
        # Monday there, and Sunday still in UTC.
        assert table.next_moment(utc(2026, 6, 1)) == utc(2026, 6, 7, 22, 30)

    def test_a_single_moment_is_one(self):
        table = Timetable(When.ONCE, AMSTERDAM, once=datetime(2026, 3, 29, 2, 15))
        assert list(table.moments(NEW_YEAR)) == [utc(2026, 3, 29, 1, 0)]
        assert table.next_moment(utc(2026, 3, 29, 1, 0)) is None

    def test_what_is_due_by_a_publication_has_no_moments_of_its_own(self):
        assert list(Timetable(When.PUBLISHED, AMSTERDAM).moments(NEW_YEAR)) == []


class TestWindows:
    EVENING = Window(time(22), time(6), frozenset({1, 2, 3, 4, 5}))

    @pytest.mark.parametrize(
        ("local", "allowed"),
        [
            (datetime(2026, 6, 1, 21, 59), False),
            (datetime(2026, 6, 1, 22, 0), True),
            (datetime(2026, 6, 2, 5, 59), True),
            (datetime(2026, 6, 2, 6, 0), False),
            (datetime(2026, 6, 6, 3, 0), True),  # Saturday: it began on Friday
            (datetime(2026, 6, 7, 3, 0), False),
            (datetime(2026, 6, 8, 3, 0), False),  # Monday: Sunday has none
        ],
    )
    def test_a_window_over_midnight_is_of_the_day_on_which_it_begins(self, local, allowed):
        table = nightly(time(2), windows=(self.EVENING,))
        assert table.may_write(first_instant(local, AMSTERDAM)) is allowed

    def test_it_opens_again_after_a_closed_day(self):
        table = nightly(time(2), windows=(self.EVENING,), closed=frozenset({date(2026, 6, 2)}))
        assert not table.may_write(utc(2026, 6, 2, 1))
        assert table.first_open(utc(2026, 6, 1, 23)) == utc(
            2026, 6, 2, 22
        )  # midnight after it, in the window of Tuesday

    def test_where_the_clock_goes_back_it_opens_twice(self):
        table = nightly(time(2), windows=(Window(time(2, 30), time(2, 45)),))
        assert table.first_open(utc(2026, 10, 25, 0, 46)) == utc(2026, 10, 25, 1, 30)

    def test_what_is_never_open_is_never_due(self):
        every_day = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(800))
        table = nightly(time(2), closed=every_day)
        assert table.first_open(NEW_YEAR) is None
        assert table.due(NEW_YEAR, NEXT_YEAR) is None


class TestMissed:
    def test_of_a_week_without_a_scheduler_the_latest_night_counts_once(self):
        table = nightly(time(2))
        now = utc(2026, 6, 8, 12)
        moment = table.due(utc(2026, 6, 1, 12), now)
        assert moment == utc(2026, 6, 8, 0)
        assert table.due(moment, now) is None

    def test_it_waits_for_the_window(self):
        table = nightly(time(2), windows=(Window(time(1), time(5)),))
        since = utc(2026, 6, 1, 12)
        assert table.due(since, utc(2026, 6, 2, 12)) is None
        assert table.look_again(since) == utc(2026, 6, 2, 0)


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
windows = st.builds(Window, times, times, st.frozensets(st.integers(1, 7), min_size=1))
tables = st.builds(
    Timetable,
    st.sampled_from([When.NIGHTLY, When.WEEKLY, When.ONCE]),
    st.sampled_from(ZONES),
    at=times,
    weekday=st.integers(1, 7),
    once=st.builds(datetime.combine, st.dates(date(2026, 1, 2), date(2026, 12, 30)), times),
    windows=st.lists(windows, max_size=2).map(tuple),
    closed=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=30),
)


class Books:
    """What the database keeps: one row for each moment that was carried out, and up to when an order is done."""

    def __init__(self):
        self.since = NEW_YEAR
        self.rows = {}
        self.is_on = True

    def tick(self, table, seen, now):
        """What a scheduler does that read `seen` a while ago: the unique row decides."""
        moment = table.due(seen, now)
        if moment is None or moment in self.rows or not self.is_on:
            return
        self.rows[moment] = now
        self.since = max(self.since, moment)


@settings(max_examples=20, deadline=None)
@given(table=tables, seed=st.integers(0, 2**32), stop=st.one_of(st.none(), st.integers(1, 364)))
def test_a_year_of_two_schedulers_with_restarts_and_missed_nights(table, seed, stop):
    chance = random.Random(seed)
    books = Books()
    # The second scheduler acts on what it read up to an hour ago, as one does that was paused in between.
    stale = books.since
    stopped_at = NEW_YEAR + timedelta(days=stop) if stop else None
    now = NEW_YEAR
    while now < NEXT_YEAR:
        now += timedelta(minutes=chance.choice([30, 45, 60, 120]))
        if chance.random() < 0.002:
            now += timedelta(hours=chance.randint(1, 80))  # nobody is there for some nights
        if stopped_at and now >= stopped_at:
            books.is_on = False
        books.tick(table, books.since, now)
        books.tick(table, stale, now)
        stale = books.since if chance.random() < 0.5 else stale
    moments = set(_until(table, NEW_YEAR, NEXT_YEAR))
    assert books.rows.keys() <= moments, "only moments are carried out"
    for moment, done_at in books.rows.items():
        assert moment <= done_at, "none too early"
        assert table.may_write(done_at), "none outside a window"
        assert stopped_at is None or done_at < stopped_at, "none after a stop"
    _nothing_is_lost(table, books, stopped_at)


def _nothing_is_lost(table, books, stopped_at):
    """Whatever was not carried out has a later one in its place, or its time never came."""
    last = max(books.rows, default=NEW_YEAR)
    end = (stopped_at or NEXT_YEAR) - 81 * HOUR
    missed = [moment for moment in _until(table, last, end) if (table.first_open(moment) or NEXT_YEAR) < end]
    # A window may be shorter than the steps of the simulation, or open while nobody was there.
    assert all(not _is_long_open(table, moment, end) for moment in missed)


def _is_long_open(table, moment, end):
    opened = table.first_open(moment)
    return all(table.may_write(opened + step * HOUR / 4) for step in range(81 * 4)) and opened + 81 * HOUR < end


def _until(table, after, end):
    for moment in table.moments(after):
        if moment >= end:
            return
        yield moment


class TestGroups:
    NIGHT = Window(time(22), time(5))
    NOON = Window(time(12), time(13), groups=frozenset({"Zuid"}))
    CHRISTMAS = {"Noord": frozenset({date(2026, 12, 25)})}

    def table(self):
        return nightly(time(2), windows=(self.NIGHT, self.NOON), closed_in=self.CHRISTMAS, groups=("Noord", "Zuid"))

    def test_times_of_a_group_go_before_those_of_all(self):
        zuid, noord = (self.table().of([group]) for group in ("Zuid", "Noord"))
        noon, night = utc(2026, 12, 1, 11, 30), utc(2026, 12, 1, 23)
        assert (zuid.may_write(noon), zuid.may_write(night)) == (True, False)
        assert (noord.may_write(noon), noord.may_write(night)) == (False, True)

    def test_a_day_is_closed_for_whoever_is_in_the_group(self):
        at_night = utc(2026, 12, 25, 1)
        assert not self.table().of(["Noord"]).may_write(at_night)
        assert not self.table().of(["Noord", "Oost"]).may_write(at_night)
        assert self.table().of(["Oost"]).may_write(at_night)

    def test_it_is_due_once_one_of_its_groups_may_be_written(self):
        assert self.table().may_write(utc(2026, 12, 1, 11, 30))
        assert not self.table().may_write(utc(2026, 12, 1, 15))
        assert self.table().first_open(utc(2026, 12, 1, 15)) == utc(2026, 12, 1, 21)

    def test_a_group_without_times_of_its_own_always_may_where_there_are_none_for_all(self):
        table = nightly(time(2), windows=(self.NOON,), groups=("Noord", "Zuid"))
        assert table.of(["Noord"]).may_write(utc(2026, 12, 1, 15))
        assert table.first_open(utc(2026, 12, 1, 15)) == utc(2026, 12, 1, 15)
