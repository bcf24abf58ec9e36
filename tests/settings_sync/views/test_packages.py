"""The pages of packages, of a main administration and of a sub."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forms_catalog.models import Form
from settings_sync.models import Assignment, Package, TakenPackage
from settings_sync.planning.verdicts import Demand
from settings_sync.services.packages.packages import Asked, Contents, assign_package, create_package
from settings_sync.services.standing.standing_orders import Content, create_order
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import browser, sync
from .test_plans import text_of


@pytest.fixture
def grouped(joined):
    joined.groups = ["Noord"]
    joined.save(update_fields=["groups"])
    return joined


@pytest.fixture
def package(owner, main, form):
    contents = Contents(items=[form.uid])
    return create_package(acting_user=owner, main=main, name="Elektra", contents=contents, forbids_editing=True)


def test_a_package_is_made_filled_and_assigned_without_javascript(owner_client, url, main, grouped, form):
    sent = {"name": "Elektra", "which": "some", "categories": ["forms"], "without": [str(form.uid)]}
    made = owner_client.post(url("package-new"), sent, follow=True)
    package = Package.objects.get()
    assert (package.name, package.categories, package.excepted) == ("Elektra", ["forms"], [str(form.uid)])
    page = text_of(made)
    assert "“Elektra” is made" in page
    asked = {"group": ["required:Noord"], "extra": grouped.name, "extra_as": "not_here"}
    saved = owner_client.post(url("package-assign", package.pk), asked, follow=True)
    assert "Saved." in text_of(saved)
    assert {(row.group, row.administration, row.demand) for row in package.assignments.all()} == {
        ("Noord", None, "required"),
        ("", grouped, "not_here"),
    }
    assert "Noord: required" in text_of(owner_client.get(url("packages")))


def test_everything_but(owner_client, url, main, form):
    sent = {"name": "Alles", "which": "everything", "categories": ["forms"], "without": [str(form.uid)]}
    owner_client.post(url("package-new"), sent)
    package = Package.objects.get()
    assert (package.is_everything, package.categories, package.excepted) == (True, [], [str(form.uid)])


def test_what_is_refused_is_told_above_the_form(owner_client, url, package):
    sent = {"name": "elektra", "which": "everything"}
    answer = owner_client.post(url("package-new"), sent)
    assert "There is a package called “elektra” already." in text_of(answer)
    missing = owner_client.post(url("package-assign", package.pk), {"extra": "Nergens"}, follow=True)
    assert "Nergens" in text_of(missing)
    assert not Assignment.objects.exists()


def test_a_package_is_deleted_and_nothing_else(owner_client, url, package, main):
    answer = owner_client.post(url("package", package.pk), {"delete": "yes"}, follow=True)
    assert "No setting was removed anywhere" in text_of(answer)
    assert not Package.objects.exists()
    with inside(main):
        assert Form.objects.count() == 1


def test_a_sub_sees_its_packages_and_takes_what_is_optional(owner, owner_client, main, grouped, package):
    assign_package(acting_user=owner, package=package, assignments=[Asked(Demand.OPTIONAL, group="Noord")])
    here = reverse("sync:packages-here", args=[grouped.slug])
    assert "Elektra optional cannot be edited here" in " ".join(text_of(owner_client.get(here)).split())
    take = reverse("sync:package-take", args=[grouped.slug, package.pk])
    assert "Taken: the next sync brings it." in text_of(owner_client.post(take, follow=True))
    assert TakenPackage.objects.get().taken_by == owner
    owner_client.post(take, {"leave": "yes"})
    assert not TakenPackage.objects.exists()
    employee = browser(make_member(grouped, "Medewerker"))
    assert employee.post(take).status_code == 403


def test_the_editor_says_that_it_cannot_be_edited_and_saves_nothing(owner, owner_client, main, grouped, form, package):
    sync(owner, main, grouped)
    assign_package(acting_user=owner, package=package, assignments=[Asked(Demand.REQUIRED, group="Noord")])
    page = reverse("forms_catalog:edit", args=[grouped.slug, form.uid])
    assert f"{main.name} forbids that this is edited here." in text_of(owner_client.get(page))
    archive = reverse("forms_catalog:archive", args=[grouped.slug, form.uid])
    refused = owner_client.post(archive, follow=True)
    assert f"{main.name} forbids that “{form.name}” is edited here." in text_of(refused)
    with inside(grouped):
        assert not Form.objects.get().is_archived


def test_a_group_tells_what_it_changes_before_it_does(owner, owner_client, url, main, grouped, other_child, package):
    make_member(other_child, user=owner)
    assign_package(acting_user=owner, package=package, assignments=[Asked(Demand.REQUIRED, group="Noord")])
    with inside(main):
        Form.objects.create(name="Anders")
    sent = {"to": [other_child.slug], "group": "Noord"}
    told = text_of(owner_client.post(url("groups"), sent))
    assert "In “Noord” this changes" in told
    assert "1 no longer asked for" in told
    other_child.refresh_from_db()
    assert other_child.groups == []
    owner_client.post(url("groups"), {**sent, "sure": "yes"})
    other_child.refresh_from_db()
    assert other_child.groups == ["Noord"]


def test_the_list_asks_as_much_for_three_packages_as_for_one(
    owner, owner_client, url, main, package, django_assert_num_queries
):
    address = url("packages")
    owner_client.get(address)
    with CaptureQueriesContext(connection) as one:
        owner_client.get(address)
    for name in ("Gas", "Water"):
        create_package(acting_user=owner, main=main, name=name, contents=Contents(categories=["forms"]))
    with django_assert_num_queries(len(one)):
        owner_client.get(address)


def test_it_tells_which_orders_bring_it(owner, owner_client, url, main, grouped, package):
    address = url("package", package.pk)
    assert "Brought by itself" not in owner_client.get(address).content.decode()
    content = Content(
        name="Elke nacht", package=package.pk, groups=grouped.groups, when={"kind": "nightly", "at": "02:00"}
    )
    order = create_order(acting_user=owner, main=main, content=content)
    page = owner_client.get(address).content.decode()
    assert "Brought by itself" in page
    assert url("order", order.pk) in page
