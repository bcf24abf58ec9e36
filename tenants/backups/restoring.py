"""Putting a backup back: as a new administration, or in the place of the one that it was made of. All of it or none.

What stands in the tables afterwards is compared with what the backup says, in the same transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from psycopg import errors

from audit.models import record

from ..administration_schema import replay_template
from ..exceptions import (
    AddressNotUsable,
    BackupDamaged,
    BackupNeedsMain,
    BackupOfAnother,
    BackupOfMain,
    BackupOfOtherVersion,
    ConfirmationDiffers,
    LicenceCapReached,
    SlugTaken,
    StillBusy,
    UnknownAdministration,
    UnknownMain,
)
from ..failpoints import reach
from ..migrating import code_head, refresh_template
from ..models import Administration
from ..schema_hooks import schema_hooks
from ..template_schema import create_empty_schema, drop_schema, rename_schema
from . import shared, tables
from .archive import MANIFEST, Manifest, Part, Reader, opened
from .exporting import find_active
from .people import point_at_accounts_here

ADDRESS_LENGTH = 63
WAITS_AT_MOST_SECONDS = 20
NOBODY = shared.Access(0, ())


@dataclass(frozen=True)
class Restored:
    """What was put back, and who may enter; nothing of that changes where an administration is replaced."""

    administration: Administration
    tables: int
    rows: int
    access: shared.Access = NOBODY


def restore_administration(*, path: Path, slug: str = "", main: str = "") -> Restored:
    """Make a new administration of a backup: under its own address or `slug`, as part of its own main or `main`.

    It keeps its uuid unless that is, or was, here. Raises AddressNotUsable, SlugTaken, UnknownMain, BackupNeedsMain,
    BackupOfMain, LicenceCapReached, and what `opened` and reading the backup raise; then nothing was changed.
    """
    with _checked(path) as reader:
        row = _new_row(reader.manifest, slug, main)
        with transaction.atomic():
            _insert(row)
            _fill(row, reader)
            with _manifest_is_right():
                access = shared.give_access(row, reader.manifest)
            _check_cap(row)
            row.state = Administration.State.ACTIVE
            row.save(update_fields=["state"])
            _note("administration.restored", row, reader.manifest)
    return Restored(row, len(reader.manifest.tables), reader.manifest.rows, access)


def replace_administration(*, path: Path, slug: str = "", confirm: str) -> Restored:
    """Put a backup in the place of the administration that it was made of; `confirm` must be its name or its
    slug.

    Name, address, groups and who may enter stay as they are now. Its former contents are there until the last moment,
    and people go on in them; what they write meanwhile goes with them. Raises UnknownAdministration, BackupOfAnother,
    ConfirmationDiffers, StillBusy, and what `opened` and reading the backup raise; then nothing was changed.
    """
    with _checked(path) as reader:
        row = find_active(slug or str(reader.manifest.administration.get("slug")))
        if str(row.pk) != reader.manifest.administration.get("id"):
            raise BackupOfAnother(name=row.name)
        if not row.is_named_by(confirm):
            raise ConfirmationDiffers(name=row.name, slug=row.slug)
        with transaction.atomic():
            row = _lock(row)
            former = f"{row.schema_name}_former"
            # Where the schema itself was lost there is nothing to keep until the commit.
            create_empty_schema(row.schema_name, exist_ok=True)
            rename_schema(row.schema_name, former)
            _fill(row, reader)
            shared.put_company_details_back(row, reader.manifest)
            _drop_former(row, former)
            _note("administration.replaced", row, reader.manifest)
    return Restored(row, len(reader.manifest.tables), reader.manifest.rows)


@contextmanager
def _checked(path: Path) -> Iterator[Reader]:
    """A backup of this version in which nothing is damaged."""
    with opened(path) as reader:
        if reader.manifest.head != code_head():
            raise BackupOfOtherVersion(found=reader.manifest.head, here=code_head())
        reader.check()
        refresh_template()
        yield reader


@contextmanager
def _manifest_is_right() -> Iterator[None]:
    """What stands in the manifest is used for the first time inside."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, DataError):
        raise BackupDamaged(part=MANIFEST) from None


def _note(action: str, row: Administration, manifest: Manifest) -> None:
    """The last thing before the commit."""
    was = manifest.administration.get("id")
    record(action, administration=row, made_at=manifest.made_at, rows=manifest.rows, was=was)
    reach("restore.before-commit")


def _new_row(manifest: Manifest, slug: str, main: str) -> Administration:
    address = slug or str(manifest.administration.get("slug"))
    try:
        validate_slug(address)
    except ValidationError:
        raise AddressNotUsable(slug=address) from None
    if len(address) > ADDRESS_LENGTH:
        raise AddressNotUsable(slug=address)
    if Administration.objects.filter(slug=address).exists():
        raise SlugTaken(slug=address)
    parent = _main_for(manifest, main)
    if parent is not None:
        _refuse_above(parent, parent.children.existing().count() + 1)
    return shared.described_row(manifest, slug=address, main=parent)


def _main_for(manifest: Manifest, slug: str) -> Administration | None:
    described = manifest.administration.get("main")
    mains = Administration.objects.active().mains()
    if described is None:
        if slug:
            raise BackupOfMain
        return None
    if slug:
        found = mains.filter(slug=slug).first()
        if found is None:
            raise UnknownMain(slug=slug)
        return found
    found = mains.filter(pk=described["id"]).first()
    if found is None:
        raise BackupNeedsMain
    return found


def _check_cap(row: Administration) -> None:
    """Refuse more sub-administrations than the licence allows; nobody makes another one until the transaction ends.

    The lock is taken late, and leaves runs of the main administration alone.
    """
    if row.parent_id is not None:
        main = Administration.objects.select_for_update(no_key=True).get(pk=row.parent_id)
        _refuse_above(main, main.children.existing().count())


def _refuse_above(main: Administration, count: int) -> None:
    if count > main.licence_cap:
        raise LicenceCapReached(cap=main.licence_cap)


def _insert(row: Administration) -> None:
    try:
        row.save(force_insert=True)
    except IntegrityError:
        raise SlugTaken(slug=row.slug) from None


def _lock(row: Administration) -> Administration:
    """The row once more, with everybody else kept out who would make, delete or replace its schema."""
    locked = Administration.objects.select_for_update(of=("self",), no_key=True).select_related("parent")
    found = locked.active().filter(pk=row.pk).first()
    if found is None:
        raise UnknownAdministration(slug=row.slug)
    return found


def _fill(row: Administration, reader: Reader) -> None:
    """Make the schema with everything that the backup has for it, and prepare it as every schema is."""
    replay_template(row)
    found = {table.name: table for table in tables.tables_in(row.schema_name)}
    manifest = reader.manifest
    if {name: part.columns for name, part in manifest.tables.items()} != {
        name: table.copied for name, table in found.items()
    }:
        raise BackupDamaged(part=MANIFEST)
    tables.fix_how_values_are_written()
    tables.set_triggers(row.schema_name, found.values(), on=False)
    for table in found.values():
        _fill_table(row.schema_name, table, reader)
    reach("restore.after-rows")
    for name, table in found.items():
        _compare(row.schema_name, table, manifest.tables[name])
    _check_foreign_keys()
    tables.set_triggers(row.schema_name, found.values(), on=True)
    with _manifest_is_right():
        for name, table in found.items():
            tables.set_counters(row.schema_name, table, manifest.tables[name].counters)
        point_at_accounts_here(row, manifest.people)
    _write_carried(row, reader)
    schema_hooks.prepare(row.schema_name)


def _fill_table(schema: str, table: tables.Table, reader: Reader) -> None:
    try:
        tables.copy_in(schema, table, reader.blocks(f"tables/{table.name}"))
    except (DataError, IntegrityError):
        raise BackupDamaged(part=f"tables/{table.name}") from None


def _compare(schema: str, table: tables.Table, part: Part) -> None:
    if tables.content_of(schema, table) != (part.rows, part.content):
        raise BackupDamaged(part=f"tables/{table.name}")


def _check_foreign_keys() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        found = getattr(getattr(error.__cause__, "diag", None), "table_name", "")
        raise BackupDamaged(part=f"tables/{found}") from None


def _write_carried(row: Administration, reader: Reader) -> None:
    """What a later version carries as well is not in the backup; then there is nothing of it to put back."""
    for carried in schema_hooks.carried():
        name = f"shared/{carried.name}"
        if carried.name not in reader.manifest.shared:
            continue
        try:
            carried.write(row, reader.lines(name))
        except (ValueError, KeyError, TypeError, AttributeError, DataError, IntegrityError):
            raise BackupDamaged(part=name) from None


def _drop_former(row: Administration, former: str) -> None:
    """Let whoever works in the former contents finish, and drop them. Raises StillBusy."""
    names = [table.name for table in tables.tables_in(former)]
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{WAITS_AT_MOST_SECONDS}s'")
        schema_hooks.hold(row.schema_name)
        tables.lock_tables(former, names, "ACCESS EXCLUSIVE")
        drop_schema(former)
    except OperationalError as error:
        if isinstance(error.__cause__, (errors.LockNotAvailable, errors.DeadlockDetected)):
            raise StillBusy(name=row.name) from None
        raise
