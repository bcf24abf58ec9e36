"""What the sync login may read and write, from the registry: in an administration's schema, and in the shared one."""

from django.db.models import ForeignKey, Model

from settings_sync.declaring.kinds import all_kinds, tenant_models
from settings_sync.declaring.registry import registry

from .granting import Right

BOOKS_IN_CHILD = {
    "sync_ledger_base": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "sync_ledger_indexentry": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "sync_ledger_deviation": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    # Versions are told and never taken back; those of a setting go along with it to another uid.
    "sync_ledger_version": ("SELECT", "INSERT", "UPDATE"),
    # To see and to add, and never to delete: a sync must not be able to hide an edit from the next look.
    "sync_ledger_dirty": ("SELECT", "INSERT"),
    "django_migrations": ("SELECT",),
}
SHARED_RIGHTS = {
    "settings_sync_document": ("SELECT",),
    "settings_sync_synctarget": ("SELECT",),
    "settings_sync_receipt": ("INSERT",),
    "settings_sync_finding": ("INSERT",),
    "settings_sync_formerdocument": ("INSERT",),
    "audit_auditentry": ("INSERT",),
}
# By column: a sync ends its own target, and is not to move one to another run or administration.
TARGET_STATE_COLUMNS = (
    "state",
    "counts",
    "error_code",
    "error_facts",
    "error_detail",
    "finished_at",
    "lease_token",
    "leased_until",
)


def expected_shared_rights() -> set[Right]:
    """What the sync login may do in the shared schema."""
    whole = {(table, "", privilege) for table, privileges in SHARED_RIGHTS.items() for privilege in privileges}
    return whole | {("settings_sync_synctarget", column, "UPDATE") for column in TARGET_STATE_COLUMNS}


def expected_rights() -> set[Right]:
    """What the sync login may do in an administration's schema, from the registry."""
    rights = {(table, "", privilege) for table, privileges in BOOKS_IN_CHILD.items() for privilege in privileges}
    for table in settings_tables():
        rights |= {(table, "", privilege) for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE")}
    # To see whether daily data points at what is to be deleted; no other column of it can be read.
    return rights | {(table, column, "SELECT") for table, column, _target in business_references()}


def settings_tables() -> list[str]:
    """Every table that a sync may write: items, parts and links."""
    kinds = all_kinds()
    return [table.table for kind in kinds for table in kind.tables] + [
        link.table for kind in kinds for link in kind.links
    ]


def guarded_tables() -> list[str]:
    """Every table of an administration that a sync must never write: daily data, and the log of edits."""
    excluded = [model for model in tenant_models() if model in registry.excluded]
    tables = [model._meta.db_table for model in excluded]
    tables += [field.m2m_db_table() for model in excluded for field in model._meta.local_many_to_many]
    return [table for table in tables if table not in BOOKS_IN_CHILD]


def business_references() -> list[tuple[str, str, type[Model]]]:
    """(table, column, settings model) of every foreign key from an excluded model to a registered one."""
    found = []
    for model in tenant_models():
        if model in registry.excluded:
            keys = [field for field in model._meta.local_fields if isinstance(field, ForeignKey)]
            pointing = [key for key in keys if key.related_model in registry.declared]
            found += [(model._meta.db_table, key.column, key.related_model) for key in pointing]
    return found
