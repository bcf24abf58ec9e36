"""What can go wrong on somebody's machine, told in a sentence that says what to do."""

import errno
import os
from pathlib import Path


class Problem(Exception):
    """Something on this machine stands in the way; the message says what happened and what to do. Exit code 2."""

    exit_code = 2


class NothingRuns(Problem):
    """A command needs running servers and there are none. Exit code 1."""

    exit_code = 1


SENTENCES = {
    errno.ENOSPC: "The disk is full: writing {place} failed. Free some space, or choose another folder with --data.",
    errno.EDQUOT: "Your disk quota is used up: writing {place} failed. Free some space, or choose another folder "
    "with --data.",
    errno.EROFS: "{place} is on a read-only disk. Choose a folder that can be written with --data.",
    errno.EACCES: "{place} may not be read or written by you. Change its rights, or choose another folder with --data.",
    errno.EPERM: "{place} may not be changed by you. Change its rights, or choose another folder with --data.",
    errno.ENAMETOOLONG: "The path {place} is too long for this machine. Choose a shorter one with --data.",
    errno.EMFILE: "Too many files are open. Raise the limit (ulimit -n 4096) and try again.",
    errno.ENOTDIR: "{place} is not a folder. Choose another one with --data.",
}


def problem_from(error: OSError) -> Problem | None:
    """The sentence for an error of the operating system, or None when it is not about this machine."""
    sentence = SENTENCES.get(error.errno or 0)
    if sentence is None:
        return None
    place = os.fspath(error.filename) if isinstance(error.filename, str | bytes | Path) else "a file"
    return Problem(sentence.format(place=place))


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log, indented, to show below a sentence."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"    {line[:300]}" for line in lines[-count:])
