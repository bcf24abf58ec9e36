"""The commands that the documentation names: found in its code, one by one, to be held against those that there are."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local_servers.processes import PROJECT

CODE = re.compile(r"^```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?<![\w/.])(\./dev|(?:python )?manage\.py|eenlijn-manage)(?:[ \t]+([^\n]*))?")
NAME = re.compile(r"[a-z_]+")
ENDS = re.compile(r"\s{2,}|\s#|\||;|&&| → ")
"""What ends a command on its line: a description, a remark, the next one."""


@dataclass(frozen=True)
class Documented:
    """One command as a document writes it. `program` is `./dev` or `manage.py`, `arguments` what follows the name."""

    document: str
    program: str
    name: str
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.document}: {self.program} {' '.join((self.name, *self.arguments))}"

    @property
    def is_whole(self) -> bool:
        """Whether its arguments are written out, and neither left open nor out."""
        return bool(self.arguments) and not any(re.search(r"[…\[\]]", argument) for argument in self.arguments)


def documents(project: Path = PROJECT) -> list[Path]:
    """Every document that people read."""
    return [*sorted(project.glob("*.md")), *sorted((project / "docs").glob("*.md"))]


def documented_commands(text: str, document: str = "") -> Iterator[Documented]:
    """Every command in the code of a document.

    `./dev manage X`, `python manage.py X` and `eenlijn-manage X` of an installation by hand are each X of manage.py.
    """
    for block, span in CODE.findall(text):
        for program, rest in COMMAND.findall(block or span):
            words = _words(ENDS.split(rest.strip())[0])
            if program == "./dev" and words[:1] == ["manage"] and NAME.fullmatch("".join(words[1:2])):
                program = "manage.py"
                words = words[1:]
            if words and NAME.fullmatch(words[0]):
                yield Documented(document, "./dev" if program == "./dev" else "manage.py", words[0], tuple(words[1:]))


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
