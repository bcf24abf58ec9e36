"""Which packages ask an administration for which of its settings, as the figures of packages count them."""

import pytest

from settings_sync.models import Alignment, AlignmentDay
from settings_sync.planning.verdicts import Demand
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.assignments.assigned import Expectations
from settings_sync.services.packages.packages import Asked, Contents, assign_package, create_package
from settings_sync.services.packages.taking import take_package
from tenants.schemas import inside
from tests.settings_sync.views.conftest import form, joined, make_form, sync  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def grouped(joined):  # noqa: F811
    joined.groups = ["Noord"]
    joined.save(update_fields=["groups"])
    return joined


def make(owner, main, name, *asked, **contents):
    package = create_package(acting_user=owner, main=main, name=name, contents=Contents(**contents))
    assign_package(acting_user=owner, package=package, assignments=asked)
    return package


def asking(main, child, uid):
    found = Expectations(main).asking(child)
    return {key for (_kind, one), packages in found.items() if one == uid for key in packages}


def test_what_no_package_asks_is_asked_by_none(main, grouped, form):  # noqa: F811
    assert Expectations(main).asking(grouped) == {}


def test_required_and_taken_packages_ask_and_others_do_not(owner, main, grouped, form):  # noqa: F811
    required = make(owner, main, "Verplicht", Asked(Demand.REQUIRED, group="Noord"), items=[form.uid])
    optional = make(owner, main, "Optioneel", Asked(Demand.OPTIONAL, group="Noord"), items=[form.uid])
    make(owner, main, "Elders", items=[form.uid])
    assert asking(main, grouped, form.uid) == {str(required.pk)}
    take_package(acting_user=owner, administration=grouped, package_id=optional.pk)
    assert asking(main, grouped, form.uid) == {str(required.pk), str(optional.pk)}


def test_what_another_keeps_away_is_asked_by_none(owner, main, grouped, form):  # noqa: F811
    make(owner, main, "Verplicht", Asked(Demand.REQUIRED, group="Noord"), items=[form.uid])
    make(owner, main, "Niet hier", Asked(Demand.NOT_HERE, administration=grouped.slug), items=[form.uid])
    assert asking(main, grouped, form.uid) == set()


def test_a_package_is_in_line_where_the_settings_that_it_asks_for_are(owner, main, grouped, form):  # noqa: F811
    with inside(main):
        other = make_form("Anders")
    package = make(owner, main, "Formulieren", Asked(Demand.REQUIRED, group="Noord"), categories=["forms"])
    sync(owner, main, grouped, items=[form.uid])
    fold_alignment()
    counted = Alignment.objects.get(administration=grouped, category="forms")
    assert counted.packages == {str(package.pk): [1, 2]}, "the work types that forms need are not the package's own"
    sync(owner, main, grouped, items=[other.uid])
    fold_alignment()
    day = AlignmentDay.objects.get(administration=main, group="Noord", package=package)
    assert (day.in_line, day.total, day.administrations_in_line, day.administrations) == (2, 2, 1, 1)
