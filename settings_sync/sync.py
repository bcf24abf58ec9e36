"""What the product itself keeps inside an administration never travels."""

from sync_ledger.models import Base, Deviation, Dirty, Edit, IndexEntry

from .registry import exclude

exclude(Base, Deviation, Dirty, IndexEntry, reason="The administration's own memory of syncs.")
exclude(Edit, reason="The administration's own log of edits.")
