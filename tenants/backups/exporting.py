"""Writing the backup of one administration: everything of one instant, while others work."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from audit.models import record

from ..exceptions import NotAtTheHead, SchemaDrifted, UnknownAdministration
from ..failpoints import reach
from ..migrating import code_head, refresh_template
from ..models import Administration
from ..schema_hooks import Carried, schema_hooks
from ..structure import BESIDE, named, read_structure
from ..template_schema import TEMPLATE_SCHEMA
from . import shared, tables
from .archive import Manifest, Part, Writer, new_file
from .people import describe_people


@dataclass(frozen=True)
class Exported:
    """What a backup holds."""

    administration: Administration
    tables: int
    rows: int


def export_administration(*, slug: str, path: Path) -> Exported:
    """Write a backup of one administration to a new file.

    Raises UnknownAdministration, NotAtTheHead, SchemaDrifted, BackupFileExists or BackupFileNotUsable; then there is no
    file.
    """
    administration = find_active(slug)
    refresh_template()
    with new_file(path) as writer:
        manifest = _write(administration, writer)
        record("administration.exported", administration=administration, rows=manifest.rows)
    return Exported(administration, len(manifest.tables), manifest.rows)


def find_active(slug: str) -> Administration:
    """The active administration with this address. Raises UnknownAdministration."""
    found = Administration.objects.active().select_related("parent").filter(slug=slug).first()
    if found is None:
        raise UnknownAdministration(slug=slug)
    return found


def _write(administration: Administration, writer: Writer) -> Manifest:
    """Locked before the first look: a migration that comes between would show its tables empty."""
    schema = administration.schema_name
    names = [table.name for table in tables.tables_in(schema)]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables.lock_tables(schema, names, "ACCESS SHARE")
        tables.fix_how_values_are_written()
        current = find_active(administration.slug)
        found = tables.tables_in(schema)
        if current.migration_head != code_head() or [table.name for table in found] != names:
            raise NotAtTheHead(name=current.name)
        _check_structure(current)
        manifest = Manifest(
            head=current.migration_head,
            made_at=timezone.now().isoformat(),
            administration=shared.describe(current),
            memberships=shared.describe_memberships(current),
            roles=shared.describe_roles(current),
            people=describe_people(current),
            tables={table.name: _write_table(schema, table, writer) for table in found},
            shared={carried.name: _write_carried(current, carried, writer) for carried in schema_hooks.carried()},
        )
    reach("export.before-manifest")
    writer.finish(manifest)
    return manifest


def _check_structure(administration: Administration) -> None:
    """Refuse now what restoring would refuse, while it can still be mended. Raises SchemaDrifted."""
    found = read_structure(administration.schema_name)
    wanted = read_structure(TEMPLATE_SCHEMA)
    differ = [name for name in sorted({*found, *wanted}) if found.get(name) != wanted.get(name)]
    # An index decides how fast rows are found. Which rows there may be, constraints tell, those behind it included.
    # A view or a function beside the tables does not travel, and restoring does not miss it.
    differ = [name for name in differ if not _is_about_no_row(found.get(name, wanted.get(name, "")))]
    if differ:
        raise SchemaDrifted(name=administration.name, names=named(differ), slug=administration.slug)


def _is_about_no_row(what: str) -> bool:
    return what.startswith("CREATE INDEX") or what == BESIDE


def _write_table(schema: str, table: tables.Table, writer: Writer) -> Part:
    rows, content = tables.content_of(schema, table)
    sha256 = writer.write(f"tables/{table.name}", tables.copy_out(schema, table))
    return Part(rows, sha256, content, table.copied, tables.counters_of(table))


def _write_carried(administration: Administration, carried: Carried, writer: Writer) -> Part:
    counted = _Counted(carried.read(administration))
    return Part(sha256=writer.write(f"shared/{carried.name}", counted), rows=counted.rows)


class _Counted:
    """Lines as bytes, counted on their way."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = lines
        self.rows = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self.lines:
            self.rows += 1
            yield f"{line}\n".encode()
