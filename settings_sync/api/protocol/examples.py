"""Examples of what the API takes and answers, as it did for the demo's administrations, by the name of the shape."""

from collections.abc import Mapping
from typing import Any

from settings_sync.shapes.webhooks import DELIVERY

COUNTS = {
    "create": 3, "update": 5, "couple": 0, "archive": 0, "delete": 0, "keep": 0, "skip": 0, "hold": 0, "conflict": 0,
    "unchanged": 44, "own": 0,
}  # fmt: skip
HELD = {**COUNTS, "create": 0, "update": 0, "keep": 2, "hold": 1, "conflict": 1, "unchanged": 49}
IN_LINE = {"in_line": 34, "behind": 6, "changed_locally": 0, "conflict": 0, "missing": 0, "own": 0}
PLAN = "2975e7fa-75c8-4424-b197-c82d7fb859ad"
RUN = "bcd94332-193f-4844-80d2-37a42e75a06e"
ITEM = "8d6c89fe-12cc-507c-b700-46588bc7e8f6"
DIGEST = "19850b092d75a94c2fcfdac820a1f0eeb00bda2ac9f9f299e04dd1501d7cc510"
WORK_TYPE = {"name": "Inspectie", "description": "", "default_minutes": 105, "is_active": True}
CHANGE = {
    "target": "van-dijk-oost",
    "category": "reference_data",
    "kind": "reference_data.worktype",
    "item": ITEM,
    "label": "Inspectie",
    "action": "update",
    "verdict": "behind",
    "reason": "The main administration has changed it since the last sync.",
    "needed_by": [{"kind": "forms_catalog.form", "label": "Legionellabeheer", "path": "work_types"}],
    "fields": [{"path": "default_minutes", "base": 120, "source": 105, "local": 120, "result": 105}],
    "used_by": {"work_orders": 4, "quotations": 0, "invoices": 0},
    "users": [],
    "conflicts": [],
    "couples": None,
    "pair": None,
    "warnings": [],
}
ITEM_ROW = {
    "uid": ITEM,
    "kind": "reference_data.worktype",
    "category": "reference_data",
    "key": "Inspectie",
    "label": "Inspectie",
    "digest": DIGEST,
    "is_archived": False,
    "updated_at": "2026-11-25T08:30:00Z",
}
DRAFT_ROW = {
    "uid": ITEM,
    "kind": "reference_data.worktype",
    "category": "reference_data",
    "label": "Inspectie",
    "is_new": False,
    "has_moved": False,
    "begun_at": "2026-11-25T08:30:00Z",
    "begun_by": "Beheerder Van Dijk",
    "changed_at": None,
    "changed_by": "",
}
PLAN_ROW = {
    "id": PLAN,
    "kind": "sync",
    "version": 1,
    "state": "ready",
    "created_at": "2026-11-29T09:10:00Z",
    "expires_at": "2026-11-30T09:10:00Z",
    "run": None,
    "error": None,
    "progress": None,
    "targets": [
        {"administration": "van-dijk-oost", "counts": COUNTS, "error": None},
        {"administration": "van-dijk-zuid", "counts": HELD, "error": None},
    ],
}

EXAMPLES: Mapping[str, Any] = {
    "ApprovalShape": {
        "id": DELIVERY["id"],
        "run": RUN,
        "plan": PLAN,
        "kind": "sync",
        "state": "waiting",
        "why": [{"code": "removals", "detail": "It removes or archives 3 settings."}],
        "note": "Nieuwe CO-eisen",
        "requested_by": "beheerder@van-dijk.example",
        "created_at": "2026-11-22T09:12:00Z",
        "expires_at": "2026-11-23T09:10:00Z",
        "decided_by": None,
        "decided_at": None,
        "reason": "",
    },
    "AdministrationShape": {
        "slug": "van-dijk-oost",
        "name": "Van Dijk Oost",
        "kind": "sub",
        "parent": "van-dijk",
        "state": "active",
        "state_detail": "",
        "groups": ["noordoost"],
        "last_synced_at": "2026-11-08T08:12:00Z",
        "alignment": {"forms": IN_LINE},
    },
    "NewAdministration": {"name": "Van Dijk Haven", "start_from": ["reference_data", "forms"]},
    "CategoryShape": {"key": "forms", "label": "Forms", "item_count": 40, "needs": ["reference_data"]},
    "ItemShape": ITEM_ROW,
    "ItemDocumentShape": {**ITEM_ROW, "document": WORK_TYPE},
    "NewItem": {"kind": "reference_data.worktype", "document": WORK_TYPE},
    "NewItemOfCategory": {"category": "reference_data", "kind": "reference_data.worktype", "document": WORK_TYPE},
    "DocumentBody": {"document": WORK_TYPE},
    "VersionShape": {"digest": DIGEST, "at": "2026-11-25T08:30:00Z", "by": "Beheerder Van Dijk", "is_current": True},
    "WhichVersion": {"digest": DIGEST},
    "DraftShape": DRAFT_ROW,
    "DraftDocumentShape": {**DRAFT_ROW, "digest": DIGEST, "published": DIGEST, "document": WORK_TYPE},
    "DraftOfItemOrNewItemOfCategory": {"uid": ITEM},
    "PublishDraft": {"replaces": False},
    "AlignmentShape": {"administration": "van-dijk-oost", "categories": {"forms": IN_LINE}},
    "TrendsShape": {
        "administration": "van-dijk",
        "group": "Noord",
        "package": None,
        "weeks": [
            {
                "ends_on": "2026-11-30",
                "percent": 94,
                "settings_in_line": 188,
                "settings": 200,
                "administrations_in_line": 3,
                "administrations": 5,
            }
        ],
        "waiting": [{"ends_on": "2026-11-30", "conflicts": 1, "deviations": 4, "approvals": 0}],
        "publishing": {"settings": 12, "arrivals": 58, "median_seconds": 93600, "slowest_seconds": 259200},
    },
    "NewPlan": {
        "targets": ["van-dijk-oost", "van-dijk-zuid"],
        "categories": ["forms"],
        "policies": {"conflict": "hold", "changed_locally": "keep"},
    },
    "PlanShape": PLAN_ROW,
    "ChangeShape": CHANGE,
    "DecisionBody": {
        "target": "van-dijk-zuid",
        "item": "e68db35b-ae5d-5e2f-a2ae-3c98fac71a4f",
        "decision": "keep_local",
        "reason": "Its meters show mg/m³.",
    },
    "ConfirmedPlanOrOneStepRun": {"plan": PLAN, "version": 2, "note": "New CO rules from 1 December"},
    "RunShape": {
        "id": RUN,
        "kind": "sync",
        "plan": PLAN,
        "state": "succeeded",
        "counts": COUNTS,
        "note": "New CO rules from 1 December",
        "requested_by": "beheerder@van-dijk.example",
        "on_behalf_of": "",
        "token": "Nightly sync (eenlijn_Wm9uZUFh…)",  # nosec B105 # a name and a beginning, and made up
        "created_at": "2026-11-29T09:12:00Z",
        "started_at": "2026-11-29T09:12:01Z",
        "finished_at": "2026-11-29T09:12:04Z",
        "undone_by": None,
        "approval": None,
        "rings": [],
        "paused_at": None,
    },
    "PlanShapeOrRunShape": {**PLAN_ROW, "kind": "undo"},
    "TargetShape": {
        "administration": "van-dijk-oost",
        "state": "succeeded",
        "attempts": 1,
        "counts": COUNTS,
        "error": None,
        "overtaken_by": None,
        "receipt": {
            "rows": {"forms_catalog_form": 4, "forms_catalog_field": 58, "sync_ledger_base": 8},
            "business_rows_written": 0,
            "snapshot": "97abfb7e-3f48-4c2e-a12a-75b291858973",
            "written_at": "2026-11-29T09:12:03Z",
        },
        "findings": [],
        "started_at": "2026-11-29T09:12:01Z",
        "finished_at": "2026-11-29T09:12:03Z",
    },
    "HappenedShape": {**CHANGE, "planned": "update", "finding": None, "overtaken_by": None},
    "RetryBody": {"targets": ["van-dijk-oost"]},
    "UndoBody": {"targets": ["van-dijk-oost"]},
    "DeliveryShape": DELIVERY,
}


def add_examples(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Give every body and answer an example that has none of its own; drf-spectacular calls this."""
    for operations in result["paths"].values():
        for operation in operations.values():
            answers = [answer for status, answer in operation["responses"].items() if status < "3"]
            for shown in [operation.get("requestBody", {}), *answers]:
                for media in shown.get("content", {}).values():
                    _add(media)
    return result


def _add(media: dict[str, Any]) -> None:
    value = example_of(media["schema"])
    if value is not None and "examples" not in media:
        media["examples"] = {"Example": {"value": value}}


def example_of(schema: Mapping[str, Any]) -> Any:
    """An example of a shape, a list of it, or a page of it; None where there is none."""
    if schema.get("type") == "array":
        one = example_of(schema["items"])
        return None if one is None else [one]
    name = schema.get("$ref", "").rpartition("/")[2]
    row = EXAMPLES.get(f"{name.removesuffix('Page')}Shape") if name.endswith("Page") else None
    return EXAMPLES.get(name) if row is None else {"next": None, "previous": None, "results": [row]}
