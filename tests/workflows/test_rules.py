"""What makes a workflow right or wrong, without a database."""

import pytest
from django.utils import translation

from workflows.rules import problems_of_steps, problems_of_workflow
from workflows.step_types import STEP_GROUPS, StepType


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def steps(*types: str) -> list[dict]:
    return [{"type": kind} for kind in types]


@pytest.mark.parametrize(
    "types",
    [
        (),
        ("customer",),
        ("customer", "send"),
        ("send",),
        ("timer_start", "timer_stop"),
        ("timer_start", "hour", "timer_stop", "material", "timer_start", "timer_stop", "send"),
        ("timer_start", "timer_start", "timer_stop", "timer_stop"),
    ],
)
def test_a_right_order_has_no_problems(types):
    assert problems_of_steps(steps(*types)) == []


@pytest.mark.parametrize(
    ("types", "says"),
    [
        (("send", "customer"), "Send must be the last step; here it is step 1 of 2."),
        (("send", "customer", "send"), "Send occurs once at most; here it is step 1, 3."),
        (("timer_start", "send"), "Step 1 (Start) starts a timer that no later step stops."),
        (("timer_stop", "timer_start"), "Step 1 (Stop) stops a timer that no earlier step starts."),
        (("timer_stop", "timer_start"), "Step 2 (Start) starts a timer that no later step stops."),
        (("timer_start", "timer_start", "timer_stop"), "Step 1 (Start) starts a timer that no later step stops."),
        (("predefined_form",), "Step 1 (Predefined form) names no form. Choose one."),
        (("email",), "Step 1 (E-mail) names no e-mail template. Choose one."),
        (("work_status",), "Step 1 (Work status) names no work status. Choose one."),
        (("dance",), "Step 1 has no known type."),
    ],
)
def test_a_wrong_order_says_what_and_where(types, says):
    assert says in problems_of_steps(steps(*types))


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("predefined_form", "form"),
        ("email", "email_template"),
        ("work_status", "work_status"),
        ("free_fields", "free_field"),
    ],
)
def test_a_step_names_what_its_type_asks_for(kind, field):
    assert problems_of_steps([{"type": kind, field: "0190d2a0-0000-7000-8000-000000000001"}]) == []


@pytest.mark.parametrize("field", ["form", "email_template", "work_status", "free_field"])
def test_a_step_of_another_type_names_nothing(field):
    found = problems_of_steps([{"type": "signature", "title": "Handtekening", field: "a"}])
    assert len(found) == 1
    assert found[0].startswith("Step 1 (Handtekening) cannot name a")


def test_free_fields_may_stand_without_naming_one():
    assert problems_of_steps(steps("free_fields")) == []


def test_the_document_of_a_sync_is_judged_by_the_same_rules():
    document = {"name": "Onderhoud", "parts": {"step": steps("send", "customer")}}
    assert problems_of_workflow(document) == problems_of_steps(steps("send", "customer")) != []


def test_a_document_without_steps_is_fine():
    assert problems_of_workflow({"name": "Leeg"}) == []


def test_every_step_type_stands_in_one_group():
    grouped = [kind for _label, kinds in STEP_GROUPS for kind in kinds]
    assert sorted(grouped) == sorted(StepType)
