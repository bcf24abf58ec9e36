"""What is decided for good: policies and locks of a main administration, pins of a sub-administration."""
# ruff: noqa: F401, F811

import uuid

import pytest

from audit.models import AuditEntry
from forms_catalog.models import Field, Form
from settings_sync.exceptions import (
    NotFollowed,
    NothingPinned,
    NotTheMain,
    OnlyInSubs,
    ReasonNeeded,
    UnknownItem,
    UnknownPath,
    UnknownPolicy,
)
from settings_sync.models import Change, Finding, ItemRule
from settings_sync.permissions import NotAllowed
from settings_sync.services.plans.rules import policies_of
from settings_sync.services.runs.runs import start_run
from settings_sync.services.settings.deviations import list_deviations, pin, withdraw_deviation
from settings_sync.services.settings.rule_book import find_items, list_rules, max_share_of, set_rule, update_policies
from sync_ledger.models import Deviation
from tenants.schemas import inside
from tests.conftest import make_member
from tests.settings_sync.views.conftest import carry_out, form, joined, make_plan, sync

FORM = "forms_catalog.form"


@pytest.fixture
def synced(owner, main, joined, form):
    """A form that came from the main administration."""
    sync(owner, main, joined)
    return form


def relabel(administration, label):
    with inside(administration):
        Field.objects.update(label=label)


def label_in(administration):
    with inside(administration):
        return Field.objects.get().label


def field_path(administration):
    with inside(administration):
        return f"field/{Field.objects.get().uid}"


def rule(owner, main, form, locked=(), **policies):
    set_rule(acting_user=owner, main=main, kind=FORM, uid=form.uid, locked_paths=list(locked), policies=policies)


def keep(owner, child, form, path="", reason="klantwens"):
    pin(acting_user=owner, administration=child, kind=FORM, uid=form.uid, path=path, reason=reason)


class TestPolicies:
    def test_they_hold_for_the_next_preview_and_leave_a_trail(self, owner, main, joined, synced):
        relabel(joined, "hier")
        asked = {"changed_locally": "put_back", "stale": "stop"}
        update_policies(acting_user=owner, main=main, policies=asked, max_share=80)
        assert policies_of(main)["changed_locally"] == "put_back"
        assert policies_of(main)["conflict"] == "hold"
        assert max_share_of(main) == 80
        assert make_plan(owner, main, joined).targets.get().counts["update"] == 1
        entry = AuditEntry.objects.get(action="policies.changed")
        assert entry.data["changes"] == {
            "changed_locally": ["keep", "put_back"],
            "stale": ["hold", "stop"],
            "max_share": [25, 80],
        }

    def test_what_is_no_policy_is_refused(self, owner, main):
        for policies in ({"conflict": "zzz"}, {"zzz": "hold"}):
            with pytest.raises(UnknownPolicy):
                update_policies(acting_user=owner, main=main, policies=policies, max_share=25)

    def test_only_who_may_sync_from_the_main_may(self, owner, colleague, main, joined):
        with pytest.raises(NotAllowed):
            update_policies(acting_user=colleague, main=main, policies={}, max_share=25)
        with pytest.raises(NotTheMain):
            update_policies(acting_user=owner, main=joined, policies={}, max_share=25)


class TestRulesOfItems:
    def test_a_locked_setting_is_put_back(self, owner, main, joined, synced):
        relabel(joined, "hier")
        rule(owner, main, synced, locked=["", "name"])
        assert ItemRule.objects.get().locked_paths == [""]
        change = Change.objects.get(plan_target__plan=make_plan(owner, main, joined), kind=FORM)
        assert (change.verdict, change.action) == ("locked", "update")

    def test_a_locked_part_is_known_by_its_name(self, owner, main, synced):
        rule(owner, main, synced, locked=[field_path(main)], removed_locally="bring_back")
        (row,) = list_rules(main)
        assert (row.label, row.is_gone) == (synced.name, False)
        assert "CO-gehalte" in row.locked[0]
        assert len(row.policies) == 1

    def test_nothing_left_removes_the_rule(self, owner, main, synced):
        rule(owner, main, synced, locked=[""])
        rule(owner, main, synced)
        assert list_rules(main) == []
        assert AuditEntry.objects.filter(action="item_rule.changed").count() == 2

    def test_a_rule_outlives_its_setting_and_can_be_removed(self, owner, main, synced):
        rule(owner, main, synced, locked=[""])
        with inside(main):
            Form.objects.all().delete()
        assert [row.is_gone for row in list_rules(main)] == [True]
        rule(owner, main, synced)
        assert list_rules(main) == []

    def test_what_is_not_there_is_refused(self, owner, main, synced):
        with pytest.raises(UnknownPath):
            rule(owner, main, synced, locked=["zzz"])
        with pytest.raises(UnknownPolicy):
            rule(owner, main, synced, stale="stop")
        with pytest.raises(UnknownItem):
            set_rule(acting_user=owner, main=main, kind=FORM, uid=uuid.uuid4(), locked_paths=[""], policies={})
        assert not ItemRule.objects.exists()

    def test_settings_are_found_by_words_of_their_name(self, main, synced):
        assert synced.uid in [row.uid for row in find_items(main, "KETEL onder")]
        assert find_items(main, "zzz") == find_items(main, "  ") == []


class TestPins:
    def test_a_pinned_field_stays_and_the_rest_follows(self, owner, main, joined, synced):
        keep(owner, joined, synced, path=field_path(joined))
        with inside(main):
            Form.objects.update(description="nieuw")
        relabel(main, "van de groep")
        sync(owner, main, joined)
        assert label_in(joined) == "CO-gehalte"
        with inside(joined):
            assert Form.objects.get().description == "nieuw"

    def test_it_is_listed_by_name_with_its_reason_and_can_be_withdrawn(self, owner, main, joined, synced):
        keep(owner, joined, synced, path=field_path(joined))
        (row,) = list_deviations(acting_user=owner, administration=joined)
        assert (row.label, row.reason, row.is_pinned, row.by) == (synced.name, "klantwens", True, str(owner))
        assert "CO-gehalte" in row.place
        relabel(main, "van de groep")
        withdraw_deviation(acting_user=owner, administration=joined, deviation_id=row.id)
        sync(owner, main, joined)
        assert label_in(joined) == "van de groep"
        actions = AuditEntry.objects.filter(administration_id=joined.pk).values_list("action", flat=True)
        assert {"setting.pinned", "deviation.withdrawn"} <= set(actions)
        with pytest.raises(NothingPinned):
            withdraw_deviation(acting_user=owner, administration=joined, deviation_id=row.id)

    @pytest.mark.parametrize("path", ["", "field"])
    def test_what_is_pinned_after_the_preview_is_held(self, owner, main, joined, synced, path):
        relabel(main, "van de groep")
        plan = make_plan(owner, main, joined)
        keep(owner, joined, synced, path=path and field_path(joined))
        run = carry_out(start_run(acting_user=owner, plan=plan, version=plan.version))
        assert label_in(joined) == "CO-gehalte"
        assert Finding.objects.get(target__run=run).code == "stale"

    def test_a_reason_is_asked_and_a_path_must_be_there(self, owner, joined, synced):
        with pytest.raises(ReasonNeeded):
            keep(owner, joined, synced, reason=" ")
        with pytest.raises(UnknownPath):
            keep(owner, joined, synced, path="field/zzz")

    def test_only_what_came_from_the_main_is_pinned_and_only_there(self, owner, main, joined, synced):
        with pytest.raises(OnlyInSubs):
            keep(owner, main, synced)
        with inside(joined):
            own = Form.objects.create(name="Eigen")
        with pytest.raises(NotFollowed):
            keep(owner, joined, own)
        with pytest.raises(NotFollowed):
            pin(acting_user=owner, administration=joined, kind="zzz.zzz", uid=own.uid, path="", reason="x")

    def test_only_who_may_edit_such_settings_may(self, joined, owner, synced):
        planner = make_member(joined, "Medewerker")
        with pytest.raises(NotAllowed):
            keep(planner, joined, synced)
        keep(owner, joined, synced)
        (row,) = list_deviations(acting_user=planner, administration=joined)
        assert not row.may_change
        with pytest.raises(NotAllowed):
            withdraw_deviation(acting_user=planner, administration=joined, deviation_id=row.id)
        with inside(joined):
            assert Deviation.objects.count() == 1
