"""Finding the messages that code and templates mark for translation, without gettext's own programs."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

# Where each argument of a gettext function goes.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "gettext": ("msgid",),
    "ngettext": ("msgid", "msgid_plural"),
    "pgettext": ("msgctxt", "msgid"),
    "npgettext": ("msgctxt", "msgid", "msgid_plural"),
}
STRING = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*u?{STRING}(?:\s*,\s*u?{STRING})?(?:\s*,\s*u?{STRING})?")
# What is based on one of these says its docstring to people.
ERRORS = frozenset({"Refusal", "SyncError", "AdministrationError"})
LEFT_OUT = {".venv", ".git", ".data", "tests", "docs", "staticfiles", "node_modules", "migrations", "quality"}


@dataclass
class Message:
    """A message as gettext tells them apart, with the files that use it."""

    msgid: str
    msgctxt: str | None = None
    msgid_plural: str | None = None
    files: list[str] = field(default_factory=list)

    @property
    def identity(self) -> tuple[str | None, str]:
        """Two uses with the same context and text are one message."""
        return self.msgctxt, self.msgid


def collect(project: Path) -> dict[tuple[str | None, str], Message]:
    """Every message of the project, in the order of its files."""
    found: dict[tuple[str | None, str], Message] = {}
    for file in source_files(project):
        for message in messages_of(file):
            known = found.setdefault(message.identity, message)
            known.msgid_plural = known.msgid_plural or message.msgid_plural
            place = str(file.relative_to(project))
            if place not in known.files:
                known.files.append(place)
    return found


def source_files(project: Path) -> list[Path]:
    """The Python files and templates of the project."""
    files = [
        *project.glob("*/**/*.py"),
        *project.glob("**/templates/**/*.html"),
        *project.glob("**/templates/**/*.txt"),
    ]
    return sorted({file for file in files if not LEFT_OUT & set(file.relative_to(project).parts)})


def messages_of(file: Path) -> Iterator[Message]:
    """The messages of one file."""
    text = file.read_text(encoding="utf-8")
    return messages_of_python(text) if file.suffix == ".py" else messages_of_template(text, str(file))


def messages_of_python(text: str) -> Iterator[Message]:
    """The messages of Python code: calls of a gettext function with literal texts, and docstrings of errors."""
    errors = set(ERRORS)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and is_error(node, errors):
            errors.add(node.name)
            yield from (Message(docstring) for docstring in [ast.get_docstring(node)] if docstring)
        elif isinstance(node, ast.Call):
            texts = [found for argument in node.args if (found := literal_text(argument)) is not None]
            if (message := message_from(called_name(node), texts)) is not None:
                yield message


def messages_of_template(text: str, origin: str) -> Iterator[Message]:
    """The messages of a Django template."""
    for call in CALL.finditer(templatize(text, origin=origin)):
        texts = [ast.literal_eval(part) for part in call.groups()[1:] if part is not None]
        if (message := message_from(call.group(1), texts)) is not None:
            yield message


def message_from(function: str, texts: list[str]) -> Message | None:
    """The message that a call of this function with these texts marks; None when it marks none."""
    name = re.sub(r"_(lazy|noop)$", "", function)
    places = FUNCTIONS.get("gettext" if name == "_" else name)
    if places is None or len(texts) < len(places):
        return None
    parts = dict(zip(places, texts, strict=False))
    return Message(parts["msgid"], parts.get("msgctxt"), parts.get("msgid_plural"))


def is_error(node: ast.ClassDef, errors: set[str]) -> bool:
    """Whether a class is based on one of the errors."""
    return any(isinstance(base, ast.Name) and base.id in errors for base in node.bases)


def called_name(node: ast.Call) -> str:
    """The name of the called function, without its module."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def literal_text(node: ast.expr) -> str | None:
    """The text of an argument that is a literal text."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
