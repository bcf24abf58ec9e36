"""The figures over time in the terminal."""

import pytest
from django.utils import timezone

from settings_sync.models import AlignmentDay, Package, PublishingDay, WaitingDay
from tests.conftest import make_member

from .test_terminal import run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def package(owner, main, child) -> Package:
    """Figures of today: of everything, of a group and of a package."""
    make_member(child, user=owner)
    child.groups = ["Noord"]
    child.save(update_fields=["groups"])
    made = Package.objects.create(administration=main, name="Gas", categories=["forms"])
    today = timezone.localdate()
    for group, which, number in (("", None, 9), ("Noord", None, 8), ("", made, 7)):
        AlignmentDay.objects.create(
            administration=main, day=today, group=group, package=which, in_line=number, total=10,
            administrations_in_line=1, administrations=2,
        )  # fmt: skip
    WaitingDay.objects.create(
        administration=main, day=today, conflicts=1, deviations=4, approvals=5, noted_at=timezone.now()
    )
    PublishingDay.objects.create(
        administration=main, day=today, settings=1, arrivals=2, median_seconds=3600, slowest_seconds=86400
    )
    return made


def test_it_prints_the_weeks_and_how_groups_and_packages_stand(main, package):
    code, printed = run("show_trends", main.slug, "--weeks", "2")
    assert code == 0
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert f"{timezone.localdate()} 90 % 9 of 10 1 of 2 1 hour – 1 day 4 5" in lines
    assert "Noord 80 % 8 of 10 1 of 2 –" in lines
    assert "Gas 70 % 7 of 10 1 of 2 –" in lines


def test_one_group_or_package_is_chosen_by_its_name(main, package):
    assert "80 %" in run("show_trends", main.slug, "--group", "Noord", "--weeks", "1")[1]
    assert "70 %" in run("show_trends", main.slug, "--package", "gas", "--weeks", "1")[1]


def test_bad_arguments_exit_2(main, package, colleague):
    for arguments in (
        ["nergens"],
        [main.slug, "--weeks", "0"],
        [main.slug, "--group", "Zuid"],
        [main.slug, "--package", "Water"],
        [main.slug, "--as", colleague.email],
    ):
        assert run("show_trends", *arguments)[0] == 2
