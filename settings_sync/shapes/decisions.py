"""What can be decided about the items of a plan."""

from rest_framework import serializers

from settings_sync.planning.verdicts import Word

from .base import Body, Day, Slug, Text, Uid

DecisionBody = type(
    "DecisionBody",
    (Body,),
    {
        "__doc__": """One decision: about an item, or about one path of it.

        Without `target` it holds for every administration of the plan in which the item changes. `with` is the
        administration's own item that is coupled, `name` the name of what is created under another one. A decision of
        null withdraws what was decided before.
        """,
        "item": Uid(),
        "decision": serializers.ChoiceField(choices=Word.choices, allow_null=True),
        "target": Slug(max_length=63, required=False),
        "path": Text(max_length=250, required=False),
        "with": Uid(required=False),
        "name": Text(max_length=250, required=False),
        "reason": Text(max_length=2000, required=False, allow_blank=True),
        "review_on": Day(required=False, allow_null=True),
    },
)
