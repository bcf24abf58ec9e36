"""What the product itself keeps inside an administration never travels."""

from settings_sync.declaring.registry import exclude
from sync_ledger.models import Base, Deviation, Dirty, Draft, Edit, IndexEntry, Version

exclude(Base, Deviation, Dirty, IndexEntry, reason="The administration's own memory of syncs.")
exclude(Edit, Version, reason="The administration's own log of edits.")
exclude(Draft, reason="What somebody is working on, which travels once it is published.")
