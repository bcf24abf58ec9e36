"""The pages of standing orders."""

import html
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from settings_sync.exceptions import OrderTakenBack, TimetableNotUsable
from settings_sync.models import OrderMoment, Plan, StandingOrder, SyncRun
from settings_sync.services.packages.packages import Contents, create_package
from settings_sync.services.standing.outlook import next_moment
from settings_sync.services.standing.standing_orders import Content, create_order
from settings_sync.services.standing.timetables import database_now
from settings_sync.wording.order_wording import limits_in_words, when_in_words
from tenants.rights import AdministrationRight, SyncRight
from tests.conftest import make_administration, make_member
from tests.settings_sync.services.undos.test_right_to_undo import give

from .conftest import browser, sync
from .test_plans import text_of

NIGHTLY = {"kind": "nightly", "at": "02:00"}
HOSTILE = "<b onmouseover=alert(1)>Noord & “Zuid”"


@pytest.fixture
def grouped(joined):
    joined.groups = ["Noord"]
    joined.save(update_fields=["groups"])
    return joined


@pytest.fixture
def package(owner, main, form):
    return create_package(acting_user=owner, main=main, name="Elektra", contents=Contents(items=[form.uid]))


@pytest.fixture
def order(owner, main, grouped, package):
    return make_order(owner, main, package)


def make_order(owner, main, package, name="Elke nacht", **what):
    content = Content(name=name, package=package.pk, groups=["Noord"], **{"when": NIGHTLY, **what})
    return create_order(acting_user=owner, main=main, content=content)


def filled_in(package, **what):
    sent = {
        "name": "Elke nacht", "package": str(package.pk), "groups": ["Noord"], "when": "nightly", "at": "02:00",
        "weekday": "1", "moment": "", "quiet_minutes": "30", "time_zone": "Europe/Amsterdam", "closed": "",
        "is_on": "on",
    }  # fmt: skip
    return {**sent, **what}


def words_of(answer):
    return " ".join(text_of(answer).split())


class TestTheList:
    def test_says_what_to_do_first(self, owner_client, url, main):
        page = words_of(owner_client.get(url("orders")))
        assert "Make a package first, and come back here." in page
        assert "Make standing order" not in page

    def test_says_what_to_do_once_there_is_a_package(self, owner_client, url, package):
        page = words_of(owner_client.get(url("orders")))
        assert "Make one to bring a package to a group" in page
        assert "Make standing order" in page

    def test_tells_of_each_order_what_when_and_whether_it_is_on(self, owner_client, url, order):
        page = words_of(owner_client.get(url("orders")))
        assert "Elke nacht Elektra → Noord Every night at 02:00 on" in page
        assert f"{timezone.localtime(order.look_at):%d/%m/%Y %H:%M}" in page
        assert "not yet" in page

    def test_tells_why_an_order_is_not_on(self, owner_client, url, order):
        facts = {"name": "beheerder@example.com"}
        StandingOrder.objects.update(state="paused", state_code=OrderTakenBack.code, state_facts=facts)
        page = words_of(owner_client.get(url("orders")))
        assert "paused beheerder@example.com took back a sync that it made" in page
        StandingOrder.objects.update(state="stopped", state_code="order-without-package", package=None)
        page = words_of(owner_client.get(url("orders")))
        assert "no package → Noord" in page
        assert "stopped Its package was deleted." in page

    def test_leads_to_the_run_that_it_made_last(self, owner, owner_client, url, main, grouped, order):
        run = sync(owner, main, grouped)
        SyncRun.objects.update(order=order)
        OrderMoment.objects.create(order=order, moment=datetime(2026, 1, 5, 1, tzinfo=UTC), state="failed")
        OrderMoment.objects.create(order=order, moment=datetime(2026, 1, 6, 1, tzinfo=UTC), state="started", run=run)
        listed = owner_client.get(url("orders"))
        assert url("run", run.pk) in listed.content.decode()
        assert "06/01/2026 02:00 succeeded" in words_of(listed)
        page = words_of(owner_client.get(url("order", order.pk)))
        assert "05/01/2026 02:00 failed" in page
        shown = owner_client.get(url("run", run.pk))
        assert "Started by a standing order: Elke nacht" in words_of(shown)
        assert url("order", order.pk) in shown.content.decode()

    def test_tells_why_the_last_time_came_to_nothing(self, owner_client, url, order):
        OrderMoment.objects.create(
            order=order,
            moment=datetime(2026, 1, 6, 1, tzinfo=UTC),
            state="failed",
            error_code="order-without-targets",
        )
        page = words_of(owner_client.get(url("orders")))
        assert "06/01/2026 02:00 There is no administration in its groups that it may sync to." in page

    def test_asks_as_much_for_three_orders_as_for_one(
        self, owner, owner_client, url, main, package, order, django_assert_num_queries
    ):
        owner_client.get(url("orders"))
        with CaptureQueriesContext(connection) as one:
            owner_client.get(url("orders"))
        for name in ("Gas", "Water"):
            make_order(owner, main, package, name=name)
        with django_assert_num_queries(len(one)):
            owner_client.get(url("orders"))

    def test_stands_in_the_menu(self, owner_client, main):
        address = reverse("sync:orders", args=[main.slug])
        assert address in owner_client.get(reverse("settings-home", args=[main.slug])).content.decode()


class TestMaking:
    def test_a_group_can_have_times_and_closed_days_of_its_own(
        self, owner_client, url, main, package, grouped, other_child
    ):
        other_child.groups = ["Zuid"]
        other_child.save(update_fields=["groups"])
        sent = filled_in(
            package,
            **{
                "window0-begins": "22:00", "window0-ends": "5:00", "window0-days": ["1", "2", "3", "4", "5", "6", "7"],
                "window0-groups": ["Zuid"], "closed": "25-12-2026\n31-12-2026 Noord",
            },
        )  # fmt: skip
        answer = owner_client.post(url("order-new"), sent, follow=True)
        windows = StandingOrder.objects.get().windows
        assert windows == {
            "allow": [{"from": "22:00", "until": "05:00", "groups": ["Zuid"]}],
            "closed": ["2026-12-25"],
            "closed_in": [{"group": "Noord", "days": ["2026-12-31"]}],
        }
        assert "Zuid: between 22:00 and 05:00" in words_of(answer)
        assert "Noord: not on 1 day" in words_of(answer)
        page = owner_client.get(url("order", StandingOrder.objects.get().pk)).content.decode()
        assert "31-12-2026 Noord" in page or "31/12/2026 Noord" in page

    def test_a_closed_day_of_an_unknown_group_is_told_where_it_was_typed(self, owner_client, url, package, grouped):
        answer = owner_client.post(url("order-new"), filled_in(package, closed="25-12-2026 Zuid"))
        assert "Zuid" in words_of(answer)
        assert answer.context["form"].errors.keys() == {"closed"}
        assert "25-12-2026 Zuid" in answer.content.decode()

    def test_an_order_is_made_without_javascript(self, owner, owner_client, url, package, grouped):
        sent = filled_in(
            package,
            **{
                "window0-begins": "22:00", "window0-ends": "6:00", "window0-days": ["1", "2", "3", "4", "5"],
                "window1-begins": "", "window1-ends": "", "window1-days": ["1"],
                "closed": "25-12-2026\n\n2026-12-26", "conflict": "overwrite", "ask_conflicts": "on",
            },
        )  # fmt: skip
        answer = owner_client.post(url("order-new"), sent, follow=True)
        assert "“Elke nacht” is made. Nothing has started yet." in words_of(answer)
        order = StandingOrder.objects.get()
        assert (order.name, order.package, order.groups, order.state) == ("Elke nacht", package, ["Noord"], "on")
        assert order.when == NIGHTLY
        assert order.windows == {
            "allow": [{"from": "22:00", "until": "06:00", "days": [1, 2, 3, 4, 5]}],
            "closed": ["2026-12-25", "2026-12-26"],
        }
        assert (order.policies, order.approval) == ({"conflict": "overwrite"}, {"conflicts": True})
        assert (order.by_right_of, order.time_zone) == (owner, "Europe/Amsterdam")
        assert not SyncRun.objects.exists()
        page = words_of(answer)
        assert "between 22:00 and 06:00 (Mon–Fri)" in page
        assert "not on 2 days" in page

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ({"when": "weekday", "weekday": "3", "at": "6:00"}, {"kind": "weekday", "weekday": 3, "at": "06:00"}),
            ({"when": "moment", "moment": "2099-01-05T06:30"}, {"kind": "moment", "at": "2099-01-05T06:30"}),
            ({"when": "published", "quiet_minutes": "0"}, {"kind": "published", "quiet_minutes": 0}),
        ],
    )
    def test_each_sort_of_when(self, owner_client, url, package, grouped, sent, kept):
        owner_client.post(url("order-new"), filled_in(package, **sent))
        assert StandingOrder.objects.get().when == kept

    def test_what_stands_in_the_fields_of_another_sort_is_not_asked(self, owner_client, url, package, grouped):
        sent = filled_in(package, when="published", at="laat", moment="ooit", weekday="9")
        owner_client.post(url("order-new"), sent)
        assert StandingOrder.objects.get().when == {"kind": "published", "quiet_minutes": 30}

    def test_an_order_may_begin_switched_off(self, owner_client, url, package, grouped):
        sent = filled_in(package)
        del sent["is_on"]
        owner_client.post(url("order-new"), sent)
        assert StandingOrder.objects.get().state == "paused"

    @pytest.mark.parametrize(
        ("sent", "told"),
        [
            ({"name": ""}, "This field is required."),
            ({"package": ""}, "Choose a package."),
            ({"groups": []}, "Choose at least one group."),
            ({"at": "half zes"}, "“half zes” is not a time."),
            ({"at": ""}, "Fill this in."),
            ({"when": "moment"}, "Fill this in."),
            ({"when": "moment", "moment": "2020-01-05T06:00"}, "This moment is over."),
            ({"when": "moment", "moment": "0001-01-01T00:00"}, "Choose a year from 2000 up to and including 2999."),
            ({"when": "moment", "moment": "9999-12-31T23:59"}, "Choose a year from 2000 up to and including 2999."),
            ({"when": "published", "quiet_minutes": "-1"}, "greater than or equal to 0"),
            ({"closed": "25-12-2026\n31-31-2026"}, "“31-31-2026” is not a day of the calendar."),
            ({"window0-begins": "22:00", "window0-ends": "", "window0-days": ["1"]}, "leave both times empty"),
            ({"window0-begins": "22:00", "window0-ends": "23:00"}, "Choose at least one day."),
            ({"time_zone": "Mars/Olympus"}, "Mars/Olympus is not one of the available choices"),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_typed_is_lost(self, owner_client, url, package, grouped, sent, told):
        typed = filled_in(package, name="Getypt", closed="24-12-2026", quiet_minutes="77", **{"ask_always": "on"})
        answer = owner_client.post(url("order-new"), {**typed, **sent})
        assert told in words_of(answer)
        assert not StandingOrder.objects.exists()
        page = answer.content.decode()
        for name, value in {"name": "Getypt", "quiet_minutes": "77", **sent}.items():
            if value and isinstance(value, str) and name != "time_zone" and "-days" not in name and name != "when":
                assert html.escape(value) in page, name
        assert 'name="ask_always" id="id_ask_always" checked' in page

    @pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59"])
    def test_a_moment_at_an_end_of_the_calendar_is_refused_and_breaks_nothing(self, owner, main, package, grouped, at):
        with pytest.raises(TimetableNotUsable):
            make_order(owner, main, package, when={"kind": "moment", "at": at}, time_zone="America/New_York")

    def test_what_nobody_types_breaks_nothing(self, owner_client, url, package, grouped):
        odd = {
            "window0-begins": "\0",
            "window0-ends": "٢٢:٠٠",
            "window0-days": ["9", "x"],
            "closed": "\0\n" + "9" * 900,
        }
        odd |= {"weekday": "x", "conflict": "x", "groups": ["Elders"], "package": "x", "time_zone": "", "when": "x"}
        answer = owner_client.post(url("order-new"), {**filled_in(package, name="\0"), **odd})
        assert answer.status_code == 200
        assert not StandingOrder.objects.exists()

    def test_a_name_that_is_taken_is_told_at_the_name(self, owner_client, url, package, order):
        answer = owner_client.post(url("order-new"), filled_in(package, name="elke nacht"))
        assert "There is a standing order called “elke nacht” already." in words_of(answer)
        assert StandingOrder.objects.count() == 1

    def test_windows_in_which_it_never_could_write_are_told(self, owner_client, url, package, grouped):
        monday = {"window0-begins": "10:00", "window0-ends": "11:00", "window0-days": ["1"]}
        first = datetime(2026, 1, 5, tzinfo=UTC)
        mondays = [f"{first + timedelta(weeks=week):%Y-%m-%d}" for week in range(400)]
        answer = owner_client.post(url("order-new"), filled_in(package, closed="\n".join(mondays), **monday))
        assert "there is no time in a year" in words_of(answer)

    def test_without_groups_it_says_where_they_are_made(self, owner_client, url, package, joined):
        assert "There are no groups yet" in words_of(owner_client.get(url("order-new")))


class TestChanging:
    def test_the_form_shows_what_it_is(self, owner, owner_client, url, main, package, grouped):
        windows = {"allow": [{"from": "22:00", "until": "06:00", "days": [1]}], "closed": ["2026-12-25"]}
        made = make_order(owner, main, package, windows=windows, policies={"conflict": "overwrite"})
        page = owner_client.get(url("order", made.pk)).content.decode()
        assert 'value="22:00"' in page
        assert "25/12/2026" in page
        assert '<option value="overwrite" selected>' in page
        assert "works by the right of" in page
        # As it is shown it can be saved.
        fields = filled_in(package, closed="25/12/2026", conflict="overwrite")
        window = {"window0-begins": "22:00", "window0-ends": "06:00", "window0-days": ["1"]}
        owner_client.post(url("order", made.pk), {**fields, **window, "name": "Anders"})
        made.refresh_from_db()
        assert (made.name, made.windows, made.state) == ("Anders", windows, "on")

    def test_the_tick_box_switches_it(self, owner_client, url, package, order):
        off = {name: value for name, value in filled_in(package).items() if name != "is_on"}
        owner_client.post(url("order", order.pk), off)
        order.refresh_from_db()
        assert order.state == "paused"
        owner_client.post(url("order", order.pk), filled_in(package))
        order.refresh_from_db()
        assert order.state == "on"

    def test_another_package_lets_a_stopped_order_go_on(self, owner_client, url, main, owner, package, order):
        StandingOrder.objects.update(state="stopped", state_code="order-without-package", package=None)
        page = words_of(owner_client.get(url("order", order.pk)))
        assert "Its package was deleted." in page
        refused = owner_client.post(url("order-switch", order.pk), {"resume": "yes"}, follow=True)
        assert "Choose another one and switch it on again." in words_of(refused)
        owner_client.post(url("order", order.pk), filled_in(package))
        order.refresh_from_db()
        assert (order.state, order.package) == ("on", package)

    def test_a_group_that_nobody_is_in_any_more_can_be_unticked(self, owner_client, url, package, grouped, order):
        grouped.groups = ["Zuid"]
        grouped.save(update_fields=["groups"])
        assert "Noord (0)" in words_of(owner_client.get(url("order", order.pk)))
        owner_client.post(url("order", order.pk), filled_in(package, groups=["Zuid"]))
        order.refresh_from_db()
        assert order.groups == ["Zuid"]


class TestWhatIsDoneWithOne:
    def test_it_is_paused_and_switched_on_again(self, owner_client, url, order):
        told = owner_client.post(url("order-switch", order.pk), {"pause": "yes"}, follow=True)
        assert "is paused: nothing of it begins any more" in words_of(told)
        order.refresh_from_db()
        assert order.state == "paused"
        told = owner_client.post(url("order-switch", order.pk), {"resume": "yes"}, follow=True)
        assert "“Elke nacht” is on." in words_of(told)
        order.refresh_from_db()
        assert order.state == "on"

    def test_a_moment_that_is_over_is_told_in_words(self, owner_client, url, order):
        over = {"kind": "moment", "at": "2020-01-05T06:00"}
        StandingOrder.objects.update(when=over, state="done")
        told = owner_client.post(url("order-switch", order.pk), {"resume": "yes"}, follow=True)
        assert "Its moment is over. Choose one that is still to come, and save." in words_of(told)

    def test_trying_leads_to_the_preview_and_starts_nothing(self, owner_client, url, order, form):
        told = owner_client.post(url("order-try", order.pk), follow=True)
        assert told.redirect_chain[-1][0] == url("plan", Plan.objects.get().pk)
        assert "This is what “Elke nacht” would do now. Nothing has started." in words_of(told)
        assert form.name in words_of(told)
        assert not SyncRun.objects.exists()

    def test_trying_tells_why_it_cannot(self, owner_client, url, grouped, order):
        grouped.groups = []
        grouped.save(update_fields=["groups"])
        told = owner_client.post(url("order-try", order.pk), follow=True)
        assert "There is no administration in its groups that it may sync to." in words_of(told)
        assert not Plan.objects.exists()

    def test_deleting_asks_first_and_keeps_its_runs(self, owner, owner_client, url, main, grouped, order):
        run = sync(owner, main, grouped)
        SyncRun.objects.update(order=order)
        asked = words_of(owner_client.get(url("order-delete", order.pk)))
        assert "Delete Elke nacht?" in asked
        assert "Nothing is brought to Noord by this order any more." in asked
        assert StandingOrder.objects.exists()
        told = owner_client.post(url("order-delete", order.pk), follow=True)
        assert "“Elke nacht” is deleted. What it brought stays." in words_of(told)
        assert not StandingOrder.objects.exists()
        assert "Started by a standing order" not in words_of(owner_client.get(url("run", run.pk)))


class TestWhoMay:
    ADDRESSES = ("order", "order-switch", "order-try", "order-delete")

    def test_an_order_of_another_customer_is_not_there(self, owner_client, url, package, main):
        other = make_administration("De Boer")
        stranger = make_member(other)
        theirs = create_package(acting_user=stranger, main=other, name="Gas", contents=Contents(categories=["forms"]))
        StandingOrder.objects.create(
            administration=other, name="Vreemd", package=theirs, groups=["X"], when=NIGHTLY, since=database_now()
        )
        vreemd = StandingOrder.objects.get().pk
        for name in self.ADDRESSES:
            for pk in (vreemd, uuid.uuid4()):
                answer = owner_client.post(url(name, pk), {"resume": "yes"})
                assert answer.status_code == 404, name
        assert "Vreemd" not in words_of(owner_client.get(url("orders")))
        assert StandingOrder.objects.get().state == "on"
        refused = owner_client.post(url("order-new"), filled_in(theirs))
        assert "not one of the available choices" in words_of(refused)
        assert StandingOrder.objects.count() == 1

    def test_without_the_right_there_is_nothing(self, main, url, order):
        powerless = make_member(main)
        give(powerless, [AdministrationRight.SEE, SyncRight.APPROVE], main)
        client = browser(powerless)
        for name in self.ADDRESSES:
            assert client.post(url(name, order.pk), {"pause": "yes"}).status_code == 403, name
        for name in ("orders", "order-new"):
            assert client.get(url(name)).status_code == 403, name
        assert url("orders") not in client.get(reverse("settings-home", args=[main.slug])).content.decode()
        order.refresh_from_db()
        assert order.state == "on"

    def test_who_may_see_a_run_alone_reads_its_order_and_is_not_led_there(self, owner, main, url, grouped, order):
        run = sync(owner, main, grouped)
        SyncRun.objects.update(order=order)
        seeing = make_member(main)
        give(seeing, [AdministrationRight.SEE], main)
        page = browser(seeing).get(url("run", run.pk))
        assert "Started by a standing order: Elke nacht" in words_of(page)
        assert url("order", order.pk) not in page.content.decode()


def test_hostile_names_stay_text_on_every_page(owner, owner_client, url, main, grouped, form):
    grouped.groups = [HOSTILE]
    grouped.save(update_fields=["groups"])
    package = create_package(acting_user=owner, main=main, name=HOSTILE, contents=Contents(items=[form.uid]))
    owner_client.post(url("order-new"), filled_in(package, name=HOSTILE, groups=[HOSTILE]))
    order = StandingOrder.objects.get()
    assert (order.name, order.groups) == (HOSTILE, [HOSTILE])
    run = sync(owner, main, grouped)
    SyncRun.objects.update(order=order)
    for name, arguments in (("orders", ()), ("order", (order.pk,)), ("order-delete", (order.pk,)), ("run", (run.pk,))):
        page = owner_client.get(url(name, *arguments)).content.decode()
        assert "<b onmouseover" not in page, name
        assert "&lt;b onmouseover" in page, name


class TestInWords:
    @pytest.mark.parametrize(
        ("when", "english", "dutch"),
        [
            (NIGHTLY, "every night at 02:00", "elke nacht om 02:00"),
            ({"kind": "nightly", "at": "14:00"}, "every day at 14:00", "elke dag om 14:00"),
            ({"kind": "weekday", "weekday": 1, "at": "06:00"}, "Monday at 06:00", "maandag om 06:00"),
            (
                {"kind": "moment", "at": "2026-12-25T06:30"},
                "once, on 25/12/2026 06:30",
                "eenmalig, op 25-12-2026 06:30",
            ),
            (
                {"kind": "published", "quiet_minutes": 30},
                "after publishing, once nothing was published for 30 minutes",
                "na publiceren, na 30 minuten rust",
            ),
            (
                {"kind": "published", "quiet_minutes": 0},
                "as soon as something is published",
                "zodra er iets wordt gepubliceerd",
            ),
        ],
    )
    def test_when_it_works(self, when, english, dutch):
        with translation.override("en"):
            assert when_in_words(when) == english
        with translation.override("nl"):
            assert when_in_words(when) == dutch

    def test_when_it_may_write(self):
        windows = {
            "allow": [{"from": "22:00", "until": "06:00"}, {"from": "12:00", "until": "13:00", "days": [6, 1]}],
            "closed": ["2026-12-25"],
        }
        with translation.override("nl"):
            assert limits_in_words(windows) == [
                "tussen 22:00 en 06:00",
                "tussen 12:00 en 13:00 (ma, za)",
                "niet op 25-12-2026",
            ]
        assert limits_in_words({}) == []

    def test_after_publishing_the_next_moment_is_the_end_of_the_quiet_time(self, owner, main, package, grouped):
        made = make_order(owner, main, package, when={"kind": "published", "quiet_minutes": 30})
        now = datetime(2026, 6, 1, 10, tzinfo=UTC)
        assert next_moment(made, now) is None
        made.seen_at = now
        made.seen_mark = "changed"
        assert next_moment(made, now) == now + timedelta(minutes=30)
        made.state = "paused"
        assert next_moment(made, now) is None
