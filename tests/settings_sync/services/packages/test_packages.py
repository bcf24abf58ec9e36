"""Packages of a customer: made, assigned, taken, judged by, and kept from being edited."""
# ruff: noqa: F401, F811

import uuid

import pytest

from audit.models import AuditEntry
from catalog_kit.editing import EditRefused
from forms_catalog.models import Form
from forms_catalog.services import archive_form
from reference_data.models import WorkType
from settings_sync.exceptions import (
    AssignedTwice,
    NothingChosen,
    NotOptional,
    NotTheMain,
    PackageNameNotUsable,
    PackageNameTaken,
    SettingForbidden,
    UnknownCategory,
    UnknownGroup,
    UnknownItem,
    UnknownTarget,
)
from settings_sync.models import Alignment, Assignment, Package, SyncTarget
from settings_sync.permissions import NotAllowed
from settings_sync.planning.verdicts import Demand
from settings_sync.services.administrations.alignment import alignment_of, fold_alignment
from settings_sync.services.edits.item_edits import archive_item
from settings_sync.services.packages.membership import regroup, what_would_change
from settings_sync.services.packages.packages import (
    Asked,
    Contents,
    assign_package,
    assignments_of,
    create_package,
    delete_package,
    list_packages,
    update_package,
)
from settings_sync.services.packages.taking import leave_package, packages_of, take_package
from settings_sync.services.runs.runs import start_run
from settings_sync.services.settings.deviations import pin
from settings_sync.services.settings.items import relations_of
from settings_sync.services.settings.settings_tree import count_differences
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.administrations import create_administration, work_on_administration
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_member
from tests.settings_sync.views.conftest import carry_out as work
from tests.settings_sync.views.conftest import form, joined, make_form, make_plan, sync

FORM = "forms_catalog.form"


@pytest.fixture
def grouped(joined):
    joined.groups = ["Noord"]
    joined.save(update_fields=["groups"])
    return joined


def make(owner, main, name="Formulieren", forbids_editing=False, **contents):
    chosen = Contents(**(contents or {"categories": ["forms"]}))
    return create_package(acting_user=owner, main=main, name=name, contents=chosen, forbids_editing=forbids_editing)


def assign(owner, package, **demands):
    """`assign(owner, package, Noord="required")` for groups; a slug with a hyphen is an administration."""
    asked = [
        Asked(Demand(demand), administration=who) if "-" in who else Asked(Demand(demand), group=who)
        for who, demand in demands.items()
    ]
    assign_package(acting_user=owner, package=package, assignments=asked)


def missing(child):
    fold_alignment()
    return sum(counts.get("missing", 0) for counts in alignment_of([child])[child.pk].values())


def test_a_package_is_made_changed_and_deleted_and_the_trail_tells(owner, main, form):
    package = make(owner, main, name="  Elektra  ", items=[form.uid])
    assert (package.name, package.items) == ("Elektra", [str(form.uid)])
    update_package(
        acting_user=owner, package=package, name="Gas", contents=Contents(excepted=[form.uid]), forbids_editing=True
    )
    package.refresh_from_db()
    assert (package.name, package.is_everything, package.excepted) == ("Gas", True, [str(form.uid)])
    delete_package(acting_user=owner, package=package)
    assert not Package.objects.exists()
    told = AuditEntry.objects.filter(action__startswith="package.").order_by("at")
    assert list(told.values_list("action", flat=True)) == ["package.created", "package.changed", "package.deleted"]


def test_what_makes_no_package_is_refused(owner, main, form, colleague, joined):
    make(owner, main, name="Elektra")
    for error, name, contents in [
        (PackageNameTaken, "elektra", {"categories": ["forms"]}),
        (PackageNameNotUsable, " ", {"categories": ["forms"]}),
        (NothingChosen, "Leeg", {"categories": []}),
        (UnknownCategory, "Wat", {"categories": ["nergens"]}),
        (UnknownItem, "Wat", {"items": [uuid.uuid4()]}),
    ]:
        with pytest.raises(error):
            make(owner, main, name=name, **contents)
    with pytest.raises(NotTheMain):
        make(owner, joined)
    with pytest.raises(NotAllowed):
        make(colleague, main, name="Mag niet")
    assert list_packages(acting_user=colleague, main=main).count() == 0


def test_assigning_refuses_what_is_not_there_and_leaves_what_the_user_does_not_reach(
    owner, main, grouped, other_child, form
):
    package = make(owner, main)
    Assignment.objects.create(package=package, administration=other_child, demand="required")
    for error, asked in [
        (UnknownGroup, [Asked(Demand.REQUIRED, group="Zuid")]),
        (UnknownTarget, [Asked(Demand.REQUIRED, administration=other_child.slug)]),
        (AssignedTwice, [Asked(Demand.REQUIRED, group="Noord"), Asked(Demand.NOT_HERE, group="Noord")]),
    ]:
        with pytest.raises(error):
            assign_package(acting_user=owner, package=package, assignments=asked)
    assign(owner, package, Noord="optional")
    shown = assignments_of(acting_user=owner, packages=[package])[package.pk]
    assert [(row.group, row.demand) for row in shown] == [("Noord", "optional")], "not where the user may not enter"
    assert package.assignments.filter(administration=other_child).exists()


def test_what_nobody_assigned_is_not_missing(owner, main, grouped, form):
    with inside(main):
        other = make_form("Anders")
    before = missing(grouped)
    assert before == 4, "two forms with a work type each, as long as nobody uses packages"
    package = make(owner, main, items=[form.uid])
    assert missing(grouped) == before
    assign(owner, package, Noord="required")
    assert missing(grouped) == 2, "the form, and the work type that it needs"
    found = relations_of(acting_user=owner, main=main, administration=grouped)
    assert [row.uid for row in found["forms"]] == [form.uid]
    assert (FORM, other.uid) not in count_differences(main, [grouped])
    assert count_differences(main, [grouped])[FORM, form.uid] == 1
    delete_package(acting_user=owner, package=package)
    assert missing(grouped) == before


def test_what_is_assigned_as_not_here_is_never_written_by_a_sync(owner, main, grouped, form):
    with inside(main):
        other = make_form("Mag wel")
    assign(owner, make(owner, main, items=[form.uid]), Noord="not_here")
    run = sync(owner, main, grouped)
    with inside(grouped):
        assert list(Form.objects.values_list("uid", flat=True)) == [other.uid]
    target = run.targets.get()
    assert target.state == SyncTarget.State.SUCCEEDED
    assert target.counts["skip"] == 1


def test_what_is_assigned_after_the_preview_is_held(owner, main, grouped, form):
    plan = make_plan(owner, main, grouped)
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    assign(owner, make(owner, main, items=[form.uid]), Noord="not_here")
    work(run)
    with inside(grouped):
        assert not Form.objects.exists()
    assert run.targets.get().findings.get(uid=form.uid).code == "stale"


def test_taking_a_run_back_brings_what_stood_there_whatever_is_assigned_since(owner, main, grouped, form):
    run = sync(owner, main, grouped)
    assign(owner, make(owner, main, items=[form.uid]), Noord="not_here")
    plan = create_undo_plan(acting_user=owner, run=run)
    undo = work(start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug))
    assert undo.state == "succeeded"
    with inside(grouped):
        assert not Form.objects.exists()


class TestForbidding:
    @pytest.fixture
    def forbidden(self, owner, main, grouped, form):
        sync(owner, main, grouped)
        assign(owner, make(owner, main, forbids_editing=True), Noord="required")
        return form

    def test_what_a_package_forbids_is_edited_by_no_door(self, owner, main, grouped, forbidden):
        with inside(grouped):
            here = Form.objects.get(uid=forbidden.uid)
            with pytest.raises(EditRefused, match=main.name):
                archive_form(acting_user=owner, administration=grouped, form=here)
        with pytest.raises(SettingForbidden):
            archive_item(acting_user=owner, administration=grouped, uid=forbidden.uid)
        with pytest.raises(SettingForbidden):
            pin(acting_user=owner, administration=grouped, kind=FORM, uid=forbidden.uid, path="", reason="wens")

    def test_the_main_edits_on_and_what_is_ones_own_stays_so(self, owner, main, grouped, forbidden):
        with inside(main):
            archive_form(acting_user=owner, administration=main, form=Form.objects.get(uid=forbidden.uid))
        with inside(grouped):
            own = Form.objects.create(name="Eigen")
            assert archive_form(acting_user=owner, administration=grouped, form=own).is_archived

    def test_other_groups_may_edit(self, owner, main, grouped, forbidden, other_child):
        make_member(other_child, user=owner)
        sync(owner, main, other_child)
        with inside(other_child):
            here = Form.objects.get(uid=forbidden.uid)
            assert archive_form(acting_user=owner, administration=other_child, form=here).is_archived


def test_a_new_administration_begins_with_the_packages_of_its_groups(owner, main, grouped, form):
    with inside(main):
        make_form("Anders")
    assign(owner, make(owner, main, items=[form.uid]), Noord="required")
    made = create_administration(acting_user=owner, main=main, name="Nieuw", groups=["noord"])
    assert made.groups == ["Noord"]
    work_on_administration(made.pk)
    run = main.runs.get()
    work(run)
    with inside(Administration.objects.get(pk=made.pk)):
        assert list(Form.objects.values_list("uid", flat=True)) == [form.uid]
        assert WorkType.objects.count() == 1


def test_being_in_a_group_tells_what_it_would_change_and_then_does(owner, main, grouped, other_child, form):
    make_member(other_child, user=owner)
    asked = {"acting_user": owner, "main": main, "slugs": [other_child.slug], "group": "noord", "joins": True}
    assert what_would_change(**asked) == [], "without packages a group changes nothing"
    assign(owner, make(owner, main, items=[form.uid]), Noord="required")
    with inside(main):
        make_form("Anders")
    (moved,) = what_would_change(**asked)
    assert (moved.administration, moved.added, moved.dropped) == (other_child, 0, 2)
    fold_alignment()
    assert regroup(**asked) == 1
    assert missing(other_child) == 2
    (back,) = what_would_change(**{**asked, "group": "Noord", "joins": False})
    assert (back.added, back.dropped) == (2, 0)


def test_what_is_optional_is_taken_and_left(owner, main, grouped, form):
    package = make(owner, main, items=[form.uid])
    assign(owner, package, Noord="optional")
    assert missing(grouped) == 0
    asked = {"acting_user": owner, "administration": grouped, "package_id": package.pk}
    take_package(**asked)
    assert missing(grouped) == 2
    (here,) = packages_of(grouped)
    assert (here.demand, here.is_taken) == (Demand.OPTIONAL, True)
    leave_package(**asked)
    assert missing(grouped) == 0
    assign(owner, package, Noord="required")
    with pytest.raises(NotOptional):
        take_package(**asked)
    with pytest.raises(NotAllowed):
        take_package(**{**asked, "acting_user": make_member(grouped, "Medewerker")})
