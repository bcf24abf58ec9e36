"""Compiling the translation catalogs (.po) to what Django reads (.mo), without gettext's own programs."""

import ast
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

Text = dict[str, str]


@dataclass
class Entry:
    """One message of a catalog, with its plural forms by number."""

    msgid: str = ""
    msgctxt: str | None = None
    msgid_plural: str | None = None
    forms: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False
    line: int = 0

    @property
    def key(self) -> str:
        """How the compiled catalog finds it: context, message and plural joined as gettext does."""
        found = self.msgid if self.msgctxt is None else f"{self.msgctxt}\x04{self.msgid}"
        return found if self.msgid_plural is None else f"{found}\x00{self.msgid_plural}"

    @property
    def value(self) -> str:
        """The translation, plural forms joined."""
        return "\x00".join(self.forms[number] for number in sorted(self.forms))

    def is_translated(self) -> bool:
        """Whether every form has a text, not marked as a guess."""
        return bool(self.forms) and all(self.forms.values()) and not self.fuzzy


def read_catalog(text: str) -> list[Entry]:
    """The messages of a .po file, its head (empty msgid) included, obsolete ones left out."""
    entries: list[Entry] = []
    entry = Entry()
    part = ""
    for number, raw in enumerate([*text.splitlines(), ""], 1):
        line = raw.strip()
        if not line:
            entries += [entry] if part else []
            entry = Entry()
            part = ""
        elif line.startswith("#"):
            entry.fuzzy |= line.startswith("#,") and "fuzzy" in line
        else:
            if not line.startswith('"'):
                # A message may follow the former one without an empty line.
                if part.startswith("msgstr") and not line.startswith("msgstr"):
                    entries.append(entry)
                    entry = Entry()
                part, _space, line = line.partition(" ")
                entry.line = entry.line or number
            add_text(entry, part, ast.literal_eval(line))
    return entries


def add_text(entry: Entry, part: str, text: str) -> None:
    """Add a line's text to the part of the message that it continues."""
    if part.startswith("msgstr"):
        form = int(part[7:-1]) if "[" in part else 0
        entry.forms[form] = entry.forms.get(form, "") + text
    elif part == "msgid":
        entry.msgid += text
    else:
        setattr(entry, part, (getattr(entry, part) or "") + text)


def compiled(entries: list[Entry]) -> bytes:
    """The .mo file for these messages; those not translated are left out, so that the msgid shows."""
    usable = sorted(
        (entry.key.encode(), entry.value.encode()) for entry in entries if entry.msgid == "" or entry.is_translated()
    )
    keys = b"".join(key + b"\0" for key, _value in usable)
    values = b"".join(value + b"\0" for _key, value in usable)
    table_end = 28 + 16 * len(usable)
    key_table = b""
    value_table = b""
    key_at = table_end
    value_at = table_end + len(keys)
    for key, value in usable:
        key_table += struct.pack("<II", len(key), key_at)
        value_table += struct.pack("<II", len(value), value_at)
        key_at = key_at + len(key) + 1
        value_at = value_at + len(value) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(usable), 28, 28 + 8 * len(usable), 0, table_end)
    return head + key_table + value_table + keys + values


def compile_catalogs(project: Path) -> list[Path]:
    """Compile every catalog of the project that is newer than its compiled form; those that were."""
    done = []
    for source in sorted(project.glob("**/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if ".venv" in source.parts or is_fresh(target, source):
            continue
        new = target.with_suffix(".mo.new")
        new.write_bytes(compiled(read_catalog(source.read_text(encoding="utf-8"))))
        new.replace(target)
        done.append(source)
    return done


def is_fresh(target: Path, source: Path) -> bool:
    """Whether the compiled catalog is at least as new as its source."""
    return target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns


if __name__ == "__main__":
    for catalog in compile_catalogs(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()):
        print(catalog)
