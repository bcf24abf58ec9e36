"""A folder with a file for each setting: only what differs is written, and nothing outside it is read or written."""

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from .written import ENDING, LARGEST, Unusable, WrittenSetting, name_of, read_setting, text_of


class FolderRefused(Exception):
    """The folder cannot be used; the message says why."""


@dataclass(frozen=True)
class Written:
    """How many files were written, were right already, and were taken away because their setting is gone."""

    written: int
    unchanged: int
    removed: int


@dataclass(frozen=True)
class FoundFile:
    """A file by its path in the folder: the setting in it, or why it cannot be used.

    `is_left_alone` when it does not look like a setting at all, such as a README beside them.
    """

    name: str
    setting: WrittenSetting | None = None
    reason: str = ""
    is_left_alone: bool = False


def write_folder(folder: Path, settings: Iterable[WrittenSetting]) -> Written:
    """Write a file for each setting, and take away files of settings that are not among them. Raises FolderRefused.

    What is no file of a setting stays as it is.
    """
    wanted = {name_of(setting): text_of(setting).encode() for setting in settings}
    folder.mkdir(parents=True, exist_ok=True)
    written = sum(_write(folder, name, body) for name, body in wanted.items())
    # By what they hold and not by their name alone: what somebody else put here is not ours to take away.
    former = [found.name for found in read_folder(folder) if found.setting and found.name not in wanted]
    for name in former:
        (folder / name).unlink()
    return Written(written, len(wanted) - written, len(former))


def read_folder(folder: Path) -> list[FoundFile]:
    """Every file of the folder and those below it, by name, hidden ones (as of git) left out. Raises FolderRefused."""
    if not folder.is_dir():
        raise FolderRefused(_("There is no folder {folder}.").format(folder=folder))
    return sorted(_files_in(folder, ""), key=lambda found: found.name)


def _files_in(folder: Path, above: str) -> Iterator[FoundFile]:
    for entry in os.scandir(folder):
        name = f"{above}{entry.name}"
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            yield FoundFile(name, reason=_("This is a symbolic link, which is not followed."))
        elif entry.is_dir(follow_symlinks=False):
            yield from _files_in(Path(entry.path), f"{name}/")
        else:
            yield _file(Path(entry.path), name)


def _file(path: Path, name: str) -> FoundFile:
    if not name.endswith(ENDING):
        return FoundFile(name, reason=_("Its name does not end in .json."), is_left_alone=True)
    try:
        return FoundFile(name, read_setting(_read(path)))
    except Unusable as unusable:
        return FoundFile(name, reason=str(unusable))
    except OSError as error:
        return FoundFile(name, reason=_("It cannot be read: {reason}.").format(reason=error.strerror))


def _read(path: Path) -> bytes:
    # Opened as what it was seen to be: not through a link that was put there since, and no pipe that never ends.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unusable(_("This is no ordinary file."))
        return file.read(LARGEST + 1)


def _write(folder: Path, name: str, body: bytes) -> bool:
    """Write one file where it differs; returns whether it did."""
    path = folder / name
    for above in (path.parent.parent, path.parent):
        if above.is_symlink():
            raise FolderRefused(_("{folder} is a symbolic link; nothing is written through it.").format(folder=above))
        above.mkdir(exist_ok=True)
    if path.is_file() and not path.is_symlink() and path.read_bytes() == body:
        return False
    # Beside it and then in its place: whoever reads it meanwhile reads one or the other whole.
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".eenlijn-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
    os.chmod(beside, 0o644)
    os.replace(beside, path)
    return True
