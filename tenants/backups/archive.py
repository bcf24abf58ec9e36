"""The file of a backup: a zip with one part per table, and a manifest that says what each must be.

manifest.json           which administration, which version, and per part its rows, columns and hashes
tables/<table>          the rows of one table, as PostgreSQL copies them
shared/<name>           what goes with them from the shared schema, one JSON object per line
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from ..exceptions import BackupDamaged, BackupFileExists, BackupFileNotUsable, NotABackup

FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_AT_MOST = 16_000_000
"""Characters; the manifest of 40 tables and 100 people has 20,000."""
BLOCK = 1_000_000


@dataclass(frozen=True)
class Part:
    """One file inside the backup. `sha256` is of its bytes, `content` of the rows as the database has them;
    `counters` has the last number given out per column that numbers itself."""

    rows: int
    sha256: str
    content: str = ""
    columns: tuple[str, ...] = ()
    counters: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """What a backup is of, and what each part of it must be."""

    head: str
    made_at: str
    administration: dict[str, Any]
    memberships: list[dict[str, Any]]
    roles: list[dict[str, Any]]
    people: list[dict[str, Any]]
    tables: dict[str, Part]
    shared: dict[str, Part]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.tables.values())

    def parts(self) -> dict[str, Part]:
        """Every part by its name in the file."""
        tables = {f"tables/{name}": part for name, part in self.tables.items()}
        return tables | {f"shared/{name}": part for name, part in self.shared.items()}


class Writer:
    """Writes the parts of a backup, and the manifest last: a file without one is no backup."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive

    def write(self, name: str, blocks: Iterable[bytes | memoryview]) -> str:
        """Write one part; returns the hash of its bytes."""
        seen = hashlib.sha256()
        with self.archive.open(name, "w", force_zip64=True) as part:
            for block in blocks:
                seen.update(block)
                part.write(block)
        return seen.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest."""
        self.archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n")


@contextmanager
def new_file(path: Path) -> Iterator[Writer]:
    """A backup that gets its name when it is whole; only its owner may read it.

    What a process that was killed leaves is called `<name>.unfinished`. Raises BackupFileExists or
    BackupFileNotUsable.
    """
    if path.exists():
        raise BackupFileExists(file=str(path))
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with _private(unfinished) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError as error:
        raise BackupFileNotUsable(file=str(path), reason=error.strerror or str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    path.unlink(missing_ok=True)
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        yield file


class Reader:
    """A backup that was opened: its manifest, and its parts as they were saved."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.manifest = _manifest_of(archive)

    def check(self) -> None:
        """Read everything once. Raises BackupDamaged for the first part that is not what was saved."""
        parts = self.manifest.parts()
        if sorted(self.archive.namelist()) != sorted([MANIFEST, *parts]):
            raise BackupDamaged(part=MANIFEST)
        for name, part in parts.items():
            seen = hashlib.sha256()
            for block in self.blocks(name):
                seen.update(block)
            if seen.hexdigest() != part.sha256:
                raise BackupDamaged(part=name)

    def blocks(self, name: str) -> Iterator[bytes]:
        """The bytes of one part. Raises BackupDamaged."""
        try:
            with self.archive.open(name) as part:
                while block := part.read(BLOCK):
                    yield block
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError):
            raise BackupDamaged(part=name) from None

    def lines(self, name: str) -> Iterator[str]:
        """The lines of one part."""
        with self.archive.open(name) as part:
            for line in part:
                yield line.decode().rstrip("\n")


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """A backup that is there. Raises NotABackup or BackupFileNotUsable."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupFileNotUsable(file=str(path), reason=error.strerror or str(error)) from None
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise NotABackup(file=str(path)) from None
        with archive:
            yield Reader(archive)


def _manifest_of(archive: zipfile.ZipFile) -> Manifest:
    file = archive.filename or getattr(archive.fp, "name", "")
    try:
        if archive.getinfo(MANIFEST).file_size > MANIFEST_AT_MOST:
            raise NotABackup(file=file)
        found = json.loads(archive.read(MANIFEST))  # noqa: TID251 # counts and names, no decimals
        if found.get("format") != FORMAT:
            raise NotABackup(file=file)
        for of in ("tables", "shared"):
            found[of] = {name: _part(part) for name, part in found[of].items()}
        return Manifest(**found)
    except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise NotABackup(file=file) from None


def _part(found: dict[str, Any]) -> Part:
    counters = {column: int(last) for column, last in found.get("counters", {}).items()}
    return Part(**{**found, "columns": tuple(found.get("columns", ())), "counters": counters})
