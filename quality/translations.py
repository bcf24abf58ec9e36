"""Whether every message of the product is translated; `--update` puts the catalogs in line with the code.

`python -m quality.translations` exits 1 and names what is missing, left over, or loses a placeholder.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from local_servers.translations import Entry, read_catalog
from quality.messages import Message, collect

PROJECT = Path(__file__).resolve().parent.parent
MUST_BE_TRANSLATED = ("nl",)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
Found = dict[tuple[str | None, str], Message]


def catalog_file(project: Path, language: str) -> Path:
    """Where the catalog of a language is."""
    return project / "locale" / language / "LC_MESSAGES" / "django.po"


def findings(project: Path) -> Iterator[str]:
    """What is wrong with the catalogs, one line each."""
    found = collect(project)
    for language in MUST_BE_TRANSLATED:
        file = catalog_file(project, language)
        if not file.exists():
            yield f"locale/{language} has no catalog: python -m quality.translations --update makes it."
            continue
        yield from catalog_findings(found, read_catalog(file.read_text(encoding="utf-8")), language)
    yield from english_findings(project, found)


def catalog_findings(found: Found, entries: list[Entry], language: str) -> Iterator[str]:
    """Messages that a catalog misses, does not translate, translates wrongly, or has too many."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in entries if entry.msgid}
    for identity, message in found.items():
        entry = known.get(identity)
        if entry is None or entry.msgid_plural != message.msgid_plural:
            yield f"{language}: not in the catalog: {message.msgid!r} ({message.files[0]})"
        elif not entry.is_translated():
            yield f"{language}: not translated: {message.msgid!r} ({message.files[0]})"
        elif lost := lost_placeholders(entry):
            yield f"{language}: the placeholders of {message.msgid!r} differ: {', '.join(sorted(lost))}"
    for identity in known.keys() - found.keys():
        yield f"{language}: no longer used: {identity[1]!r}"


def english_findings(project: Path, found: Found) -> Iterator[str]:
    """English is the language of the messages, so its catalog needs to hold nothing; what it holds must be in use."""
    file = catalog_file(project, "en")
    entries = read_catalog(file.read_text(encoding="utf-8")) if file.exists() else []
    for entry in entries:
        if entry.msgid and (entry.msgctxt, entry.msgid) not in found:
            yield f"en: no longer used: {entry.msgid!r}"


def lost_placeholders(entry: Entry) -> set[str]:
    """Placeholders that a translation lacks or makes up."""
    allowed = set(PLACEHOLDER.findall(entry.msgid + (entry.msgid_plural or "")))
    used = set(PLACEHOLDER.findall(entry.value))
    # A singular may say "one form" without its number.
    return (allowed - used) | (used - allowed)


def update(project: Path, language: str) -> None:
    """Write the catalog of a language anew: what is in use, with the translations that are known."""
    file = catalog_file(project, language)
    entries = read_catalog(file.read_text(encoding="utf-8")) if file.exists() else []
    known = {(entry.msgctxt, entry.msgid): entry for entry in entries}
    parts = [header(language)]
    parts += [written(message, known.get(message.identity)) for message in collect(project).values()]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(parts), encoding="utf-8")


def header(language: str) -> str:
    """The head of a catalog."""
    lines = [
        'msgid ""',
        'msgstr ""',
        f'"Language: {language}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=UTF-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"',
    ]
    return "\n".join(lines) + "\n"


def written(message: Message, entry: Entry | None) -> str:
    """One message as a catalog has it."""
    forms = entry.forms if entry is not None and entry.msgid_plural == message.msgid_plural else {}
    lines = [f"#: {place}" for place in message.files]
    lines += ["#, fuzzy"] if entry is not None and entry.fuzzy else []
    lines += [f"msgctxt {quoted(message.msgctxt)}"] if message.msgctxt is not None else []
    lines.append(f"msgid {quoted(message.msgid)}")
    if message.msgid_plural is None:
        lines.append(f"msgstr {quoted(forms.get(0, ''))}")
    else:
        lines.append(f"msgid_plural {quoted(message.msgid_plural)}")
        lines += [f"msgstr[{number}] {quoted(forms.get(number, ''))}" for number in (0, 1)]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as a catalog has it, over several lines when it has several."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    lines = re.findall(r".+?\\n|.+$", escaped)
    if len(lines) <= 1:
        return f'"{escaped}"'
    return '""\n' + "\n".join(f'"{line}"' for line in lines)


def main(arguments: list[str]) -> int:
    """Check, or update first."""
    if "--update" in arguments:
        for language in MUST_BE_TRANSLATED:
            update(PROJECT, language)
    wrong = list(findings(PROJECT))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
