"""Plans and their changes."""

from typing import Any

from rest_framework import serializers

from settings_sync.models import Plan
from settings_sync.planning.policies import POLICIES
from settings_sync.planning.verdicts import Action, Verdict
from settings_sync.services.previews.plan_overview import Counted

from .base import Body, ErrorShape, Slug, Uid, UtcTime


class Policies(Body):
    """What a run does where nobody decided; the first value of each is the default."""

    changed_locally = serializers.ChoiceField(choices=POLICIES["changed_locally"], required=False)
    conflict = serializers.ChoiceField(choices=POLICIES["conflict"], required=False)
    removed_locally = serializers.ChoiceField(choices=POLICIES["removed_locally"], required=False)
    removed_in_source = serializers.ChoiceField(choices=POLICIES["removed_in_source"], required=False)
    stale = serializers.ChoiceField(choices=POLICIES["stale"], required=False)


class NewPlan(Body):
    """What to sync: administrations by slug; whole categories by key, single items by uid."""

    targets = serializers.ListField(child=Slug(max_length=63), max_length=5000)
    categories = serializers.ListField(child=Slug(max_length=60), required=False, max_length=100)
    items = serializers.ListField(child=Uid(), required=False, max_length=10_000)
    policies = Policies(required=False)


Counts = type(
    "Counts", (serializers.Serializer,), {name: serializers.IntegerField() for name in Counted.__dataclass_fields__}
)


class PlanTargetShape(serializers.Serializer[Any]):
    """What a plan does in one administration, counted; with `error` nothing, because it could not be read."""

    administration = serializers.SlugField(source="administration.slug")
    counts = Counts()
    error = ErrorShape(allow_null=True)


class PlanProgressShape(serializers.Serializer[Any]):
    """For how many of its administrations a plan is made."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()


class PlanShape(serializers.Serializer[Any]):
    """A plan; `run` is the run that carried it out, if any. As long as it is computing there is `progress`."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Plan.Kind.choices)
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Plan.State.choices)
    created_at = UtcTime()
    expires_at = UtcTime()
    run = serializers.UUIDField(allow_null=True)
    error = ErrorShape(allow_null=True)
    progress = PlanProgressShape(allow_null=True)
    targets = PlanTargetShape(many=True)


class FieldShape(serializers.Serializer[Any]):
    """One path where the values differ: what was last decided, the main's, the administration's, what it becomes."""

    path = serializers.CharField()
    base = serializers.JSONField()
    source = serializers.JSONField()  # type: ignore[assignment]
    local = serializers.JSONField()
    result = serializers.JSONField()


class NeededByShape(serializers.Serializer[Any]):
    """Why an item came along: what points at it, and with which field."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    path = serializers.CharField()


class UsedByShape(serializers.Serializer[Any]):
    """How much of that administration's open work uses the item: of invoices only the drafts."""

    work_orders = serializers.IntegerField()
    quotations = serializers.IntegerField()
    invoices = serializers.IntegerField()


class UserShape(serializers.Serializer[Any]):
    """Another setting of that administration that points at the item, where the main administration removed it."""

    kind = serializers.CharField()
    item = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]


class ConflictShape(serializers.Serializer[Any]):
    """A path that both sides changed; `side` is local or source once that was decided, and empty until then."""

    path = serializers.CharField()
    side = serializers.ChoiceField(choices=["", "local", "source"])


class WarningShape(serializers.Serializer[Any]):
    """Something worth knowing of the content: a code with its facts, and the sentence."""

    code = serializers.CharField()
    facts = serializers.DictField(child=serializers.CharField())
    detail = serializers.CharField()


class ChangeShape(serializers.Serializer[Any]):
    """What happens to one item in one administration, and why."""

    target = serializers.SlugField()
    category = serializers.CharField()
    kind = serializers.CharField()
    item = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]
    action = serializers.ChoiceField(choices=Action.choices)
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.CharField()
    needed_by = NeededByShape(many=True)
    fields = FieldShape(many=True)  # type: ignore[assignment]
    used_by = UsedByShape()
    users = UserShape(many=True)
    conflicts = ConflictShape(many=True)
    couples = serializers.UUIDField(allow_null=True)
    pair = serializers.UUIDField(allow_null=True)
    warnings = WarningShape(many=True)


class ChangesQuery(serializers.Serializer[Any]):
    """Narrows a list of changes."""

    target = serializers.SlugField(max_length=63, required=False)
    action = serializers.ChoiceField(choices=Action.choices, required=False)
    category = serializers.SlugField(max_length=60, required=False)
