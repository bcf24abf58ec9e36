"""What settles the items of a plan: policies and locks of the main administration, and what was decided."""

from collections import defaultdict
from dataclasses import replace

from settings_sync.models import Decision, ItemRule, Plan, PlanTarget, SyncPolicy
from settings_sync.planning import values
from settings_sync.planning.policies import DEFAULTS
from settings_sync.planning.values import Key, Rules
from settings_sync.planning.verdicts import Word
from tenants.models import Administration


def policies_of(main: Administration) -> dict[str, str]:
    """What syncs of a main administration do where a run says nothing else."""
    own = SyncPolicy.objects.filter(administration=main).values_list("policies", flat=True).first()
    # A policy that came with a later release is not in what was stored before.
    return {**DEFAULTS, **(own or {})}


def rules_of(target: PlanTarget) -> Rules:
    """Everything that was said about the items of one administration of a plan."""
    return replace(undecided_rules_of(target.plan), decisions=decisions_of(target))


def undecided_rules_of(plan: Plan) -> Rules:
    """What holds for the items of a plan in every administration, before anybody decides."""
    found = ItemRule.objects.filter(administration=plan.administration_id)
    item_rules = {(rule.kind, rule.uid): rule for rule in found}
    return Rules(
        policies=plan.policies,
        item_policies={key: rule.policies for key, rule in item_rules.items() if rule.policies},
        locks={key: frozenset(rule.locked_paths) for key, rule in item_rules.items() if rule.locked_paths},
    )


def decisions_of(target: PlanTarget) -> dict[Key, tuple[values.Decision, ...]]:
    """What was decided about one administration of a plan, by item."""
    decided: dict[Key, list[values.Decision]] = defaultdict(list)
    for decision in Decision.objects.filter(plan_target=target):
        decided[decision.kind, decision.uid].append(_as_value(decision))
    return {key: tuple(found) for key, found in decided.items()}


def _as_value(decision: Decision) -> values.Decision:
    return values.Decision(
        word=Word(decision.word),
        path=decision.path,
        couple_with=decision.couple_with,
        name=decision.name,
        reason=decision.reason,
        review_on=decision.review_on.isoformat() if decision.review_on else "",
    )
