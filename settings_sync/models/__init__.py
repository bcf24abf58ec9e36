"""The shared tables of the product, and the bases of every model whose rows travel."""

from .approvals import Approval
from .checkups import Checkup
from .days import AlignmentDay, PublishingDay, WaitingDay
from .decisions import Decision, ItemRule, SyncPolicy
from .documents import Document, Snapshot, SnapshotItem
from .inbox import InboxDecision, InboxDeviation, InboxDue, InboxEntry, InboxQuestion
from .items import File, Item, NameKey, Part, file_in_words, size_of_file
from .packages import Assignment, Package, TakenPackage
from .plans import Change, Plan, PlanTarget
from .requests import IdempotencyRecord
from .runs import Alignment, Finding, FormerDocument, Receipt, RunStage, SyncRun, SyncTarget, Touched
from .saved_choices import SavedChoice
from .standing_orders import OrderMoment, StandingOrder

__all__ = [
    "Alignment",
    "AlignmentDay",
    "Approval",
    "Assignment",
    "Change",
    "Checkup",
    "Decision",
    "Document",
    "File",
    "Finding",
    "FormerDocument",
    "IdempotencyRecord",
    "InboxDecision",
    "InboxDeviation",
    "InboxDue",
    "InboxEntry",
    "InboxQuestion",
    "Item",
    "ItemRule",
    "NameKey",
    "OrderMoment",
    "Package",
    "Part",
    "Plan",
    "PlanTarget",
    "PublishingDay",
    "Receipt",
    "RunStage",
    "SavedChoice",
    "Snapshot",
    "SnapshotItem",
    "StandingOrder",
    "SyncPolicy",
    "SyncRun",
    "SyncTarget",
    "TakenPackage",
    "Touched",
    "WaitingDay",
    "file_in_words",
    "size_of_file",
]
