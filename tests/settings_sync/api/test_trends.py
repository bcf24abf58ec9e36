"""How far a main administration was in line over time, by REST."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from settings_sync.models import AlignmentDay, Package, PublishingDay, WaitingDay
from tenants.models import Administration, Membership, Role

from .conftest import is_problem, make_caller

pytestmark = pytest.mark.django_db(transaction=True)


def make_reader(main: Administration) -> User:
    """Somebody who may see how far the administrations are in line, and nothing more."""
    user = User.objects.create_user("lezer@example.com", "demo", name="Lezer")
    role = Role.objects.create(administration=main, name="Lezer", rights=["administrations.see"])
    Membership.objects.create(user=user, administration=main, role=role)
    return user


@pytest.fixture
def package(main) -> Package:
    return Package.objects.create(administration=main, name="Gas", categories=["forms"])


@pytest.fixture
def path(main) -> str:
    return f"administrations/{main.slug}/alignment/"


@pytest.fixture
def kept(main, child, reached, package):
    """Figures of today: of everything, of a group, of a package, and of a package in a group."""
    child.groups = ["Noord"]
    child.save(update_fields=["groups"])
    for group, which, number in (("", None, 9), ("Noord", None, 8), ("", package, 7), ("Noord", package, 6)):
        AlignmentDay.objects.create(
            administration=main, day=timezone.localdate(), group=group, package=which, in_line=number, total=10,
            administrations_in_line=1, administrations=2,
        )  # fmt: skip


def test_weeks_waiting_and_publishing(api, main, kept, path):
    today = timezone.localdate()
    WaitingDay.objects.create(
        administration=main, day=today, conflicts=1, deviations=2, approvals=3, noted_at=timezone.now()
    )
    PublishingDay.objects.create(
        administration=main, day=today, settings=1, arrivals=2, median_seconds=60, slowest_seconds=120
    )
    week = {"settings_in_line": 9, "settings": 10, "administrations_in_line": 1, "administrations": 2}
    nothing = dict.fromkeys(("settings_in_line", "settings", "administrations_in_line", "administrations"), 0)
    former = (today - timedelta(days=7)).isoformat()
    assert api.get(path, weeks=2).json() == {
        "administration": main.slug,
        "group": None,
        "package": None,
        "weeks": [
            {"ends_on": former, "percent": None, **nothing},
            {"ends_on": today.isoformat(), "percent": 90, **week},
        ],
        "waiting": [
            {"ends_on": former, "conflicts": None, "deviations": None, "approvals": None},
            {"ends_on": today.isoformat(), "conflicts": 1, "deviations": 2, "approvals": 3},
        ],
        "publishing": {"settings": 1, "arrivals": 2, "median_seconds": 60, "slowest_seconds": 120},
    }
    assert len(api.get(path).json()["weeks"]) == 12


def test_a_group_a_package_and_both(api, kept, path, package):
    def percent(**asked):
        return api.get(path, **asked).json()["weeks"][-1]["percent"]

    assert percent(group="Noord") == 80
    assert percent(package=str(package.pk)) == 70
    both = api.get(path, group="Noord", package=str(package.pk)).json()
    assert (both["group"], both["package"], both["weeks"][-1]["percent"]) == ("Noord", str(package.pk), 60)
    assert both["publishing"] is None


def test_what_is_not_there_or_not_to_be_seen_is_not_found(api, main, child, kept, path, package):
    assert is_problem(api.get(path, group="Zuid"), 404, "not-found")
    assert is_problem(api.get(path, package=str(uuid.uuid4())), 404, "not-found")
    assert is_problem(api.get(f"administrations/{child.slug}/alignment/"), 404, "not-found")
    assert is_problem(api.get("administrations/nergens/alignment/"), 404, "not-found")
    reader = make_caller(make_reader(main), main)
    assert reader.get(path).json()["weeks"][-1]["percent"] == 90
    assert is_problem(reader.get(path, package=str(package.pk)), 404, "not-found")
    assert is_problem(reader.get(path, group="Noord"), 404, "not-found")


@pytest.mark.parametrize("asked", [{"weeks": 0}, {"weeks": 53}, {"weeks": "x"}, {"package": "x"}, {"group": "x" * 61}])
def test_what_is_no_answer_is_refused(api, kept, path, asked):
    assert is_problem(api.get(path, **asked), 400, "invalid-input")


def test_who_may_not_see_the_administrations_is_refused(colleague, main, kept, path):
    assert is_problem(make_caller(colleague, main).get(path), 403, "not-allowed")
