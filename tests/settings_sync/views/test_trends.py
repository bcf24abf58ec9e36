"""The page of how far everything was in line over time, and its file for spreadsheets."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from settings_sync.models import AlignmentDay, Package, PublishingDay, WaitingDay
from tenants.models import Administration, Membership, Role

from .conftest import browser, make_many
from .test_plans import text_of

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = "<script>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A0"
HOSTILE = (SCRIPT, FORMULA, "🔥 Zuid", "ë" * 60, '"; DROP', "+1", "@som")


def make_reader(main: Administration) -> User:
    """Somebody who may see how far the administrations are in line, and nothing more."""
    user = User.objects.create_user("lezer@example.com", "demo", name="Lezer")
    role = Role.objects.create(administration=main, name="Lezer", rights=["administrations.see"])
    Membership.objects.create(user=user, administration=main, role=role)
    return user


@pytest.fixture
def package(main) -> Package:
    return Package.objects.create(administration=main, name="Gas", categories=["forms"])


def regroup(child, *groups):
    child.groups = list(groups)
    child.save(update_fields=["groups"])


def keep(main, percent, *, group="", package=None, ago=0):
    AlignmentDay.objects.create(
        administration=main, day=timezone.localdate() - timedelta(days=ago), group=group, package=package,
        in_line=percent, total=100, administrations_in_line=1, administrations=2,
    )  # fmt: skip


def table(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_before_anything_was_counted_it_says_what_will_be_there(owner_client, url, joined):
    page = text_of(owner_client.get(url("trends")))
    assert "counted from the first day" in page
    assert "Nothing that was published in these weeks" in page
    assert "noted within the hour" in page


def test_it_shows_what_is_in_line_what_waits_and_how_long_publishing_took(owner_client, url, main, joined, package):
    regroup(joined, "Noord")
    keep(main, 40, ago=20)
    keep(main, 30, group="Noord", ago=20)
    keep(main, 90)
    keep(main, 80, group="Noord")
    keep(main, 70, package=package)
    today = timezone.localdate()
    WaitingDay.objects.create(
        administration=main, day=today, conflicts=1, deviations=4, approvals=1, noted_at=timezone.now()
    )
    for which in (None, package):
        PublishingDay.objects.create(
            administration=main, day=today, package=which, settings=3, arrivals=9, median_seconds=3 * 3600,
            slowest_seconds=4 * 86400,
        )  # fmt: skip
    answer = owner_client.get(url("trends"))
    page = text_of(answer)
    told = ("90 %", "1 of 2 administrations entirely in line", "3 hours", "nine of ten within 4 days", "(3 settings)")
    for words in told:
        assert words in page
    assert "4 in the inbox, 1 approval" in page
    assert "80 % +50 1 of 2" in page
    assert "70 % – 1 of 2 3 hours" in page
    body = answer.content.decode()
    assert 'aria-label="Noord over the last 12 weeks; 80 % now"' in body
    assert ": 90 %</title></rect>" in body


def test_a_group_and_a_package_are_chosen_without_javascript(owner_client, url, main, joined, package):
    regroup(joined, "Noord")
    for group, which, percent in (("", None, 90), ("Noord", None, 80), ("", package, 70), ("Noord", package, 60)):
        keep(main, percent, group=group, package=which)
    chosen = {"group": "Noord", "package": str(package.pk)}
    answer = owner_client.get(url("trends"), chosen)
    assert "60 %" in text_of(answer)
    assert "90 %" not in text_of(answer)
    body = answer.content.decode()
    assert '<option value="Noord" selected>' in body
    assert f'<option value="{package.pk}" selected>' in body
    assert "data-submits-itself" in body
    assert "<button" in body
    rows = table(owner_client.get(url("trends-csv"), chosen))
    assert [row[1:6] for row in rows[1:]] == [["Noord", "Gas", "60", "100", "60"]]


@pytest.mark.parametrize("asked", [{"group": "Nergens"}, {"package": "x"}, {"group": "\0"}, {"package": SCRIPT}])
def test_what_is_not_there_any_more_is_everything(owner_client, url, main, joined, asked):
    keep(main, 90)
    assert "90 %" in text_of(owner_client.get(url("trends"), asked))


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_as_they_are_and_are_no_markup_and_no_formula(owner_client, url, main, joined, name):
    regroup(joined, name)
    keep(main, 90)
    keep(main, 80, group=name)
    answer = owner_client.get(url("trends"), {"group": name})
    assert SCRIPT not in answer.content.decode()
    assert "80 %" in text_of(answer)
    assert "80 %" in text_of(owner_client.get(url("trends")))
    rows = table(owner_client.get(url("trends-csv"), {"group": name}))
    shown = rows[1][1]
    assert shown.lstrip("'") == name
    assert (shown[0] == "'") == (name[0] in "=+-@")


def test_the_file_tells_the_days_that_the_page_sums_up(owner_client, url, main, joined):
    keep(main, 40, ago=20)
    keep(main, 90)
    answer = owner_client.get(url("trends-csv"))
    assert answer.headers["Content-Disposition"].endswith(f'{timezone.localdate()}-over-time.csv"')
    head, *rows = table(answer)
    assert head[:6] == ["day", "group", "package", "settings_in_line", "settings", "percent"]
    assert [row[5] for row in rows] == ["40", "90"]


def test_who_may_see_home_may_see_this_without_packages_that_they_may_not_see(main, joined, url, package):
    regroup(joined, "Noord")
    keep(main, 90)
    keep(main, 70, package=package)
    reader = make_reader(main)
    page = text_of(browser(reader).get(url("trends")))
    assert "90 %" in page
    assert "Gas" not in page
    assert "Noord" not in page
    narrowed = browser(reader).get(url("trends"), {"package": str(package.pk)})
    assert "70 %" not in text_of(narrowed)
    assert "Gas" not in str(table(browser(reader).get(url("trends-csv"))))


def test_who_may_not_see_home_is_refused(colleague, url, joined):
    for name in ("trends", "trends-csv"):
        assert browser(colleague).get(url(name)).status_code == 403


def test_a_sub_is_pointed_to_its_main(owner_client, joined):
    page = owner_client.get(f"/a/{joined.slug}/settings/administrations/trends/")
    assert "main administration" in text_of(page)


def test_it_asks_as_much_for_many_administrations_groups_and_packages(owner, owner_client, url, main, joined, package):
    keep(main, 90)
    keep(main, 70, package=package)
    regroup(joined, "Noord")
    owner_client.get(url("trends"))

    def ask() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert owner_client.get(url("trends")).status_code == 200
        return len(queries)

    few = ask()
    make_many(30, main, owner, joined)
    for number in range(20):
        keep(main, 50, package=Package.objects.create(administration=main, name=f"Pakket {number}"))
    keep(main, 50, group="many")
    assert ask() == few
