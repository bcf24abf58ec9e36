"""Whether every message of the product is translated; `--update` puts the catalogs in line with the code.

An app that has a folder `locale` keeps its own messages there; what it shares with others is in that of the product.
`python -m quality.translations` exits 1 and names what is missing, left over, or loses a placeholder.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po, write_po

from quality.messages import Message, collect

PROJECT = Path(__file__).resolve().parent.parent
MUST_BE_TRANSLATED = ("nl",)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
"""The head of a catalog. Babel's own names its version and the time, so that a catalog would change by itself."""
Found = dict[tuple[str | None, str], Message]


def catalog_file(folder: Path, language: str) -> Path:
    """Where the catalog of a language is, in the folder of the product or of an app."""
    return folder / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalog(folder: Path, language: str) -> Catalog:
    """The catalog of a language as it stands; an empty one when there is none."""
    file = catalog_file(folder, language)
    return catalog_of(file.read_text(encoding="utf-8") if file.exists() else "", language)


def catalog_of(text: str, language: str) -> Catalog:
    """The catalog that a text holds. Raises babel's PoFileError when it is none."""
    return read_po(io.StringIO(text), locale=language, abort_invalid=True)


def findings(project: Path) -> Iterator[str]:
    """What is wrong with the catalogs, one line each."""
    found = collect(project)
    for language in MUST_BE_TRANSLATED:
        if not catalog_file(project, language).exists():
            yield f"locale/{language} has no catalog: python -m quality.translations --update makes it."
            continue
        for folder, messages in by_catalog(project, found, language).items():
            named = f"{folder.name} {language}" if folder != project else language
            yield from catalog_findings(messages, read_catalog(folder, language), named)
    yield from english_findings(project, found)


def by_catalog(project: Path, found: Found, language: str) -> dict[Path, Found]:
    """The messages of each folder with a catalog: of an app those that it alone has, of the product all others."""
    files = project.glob(f"*/locale/{language}/LC_MESSAGES/django.po")
    divided: dict[Path, Found] = {folder: {} for folder in (project, *sorted(file.parents[3] for file in files))}
    for key, message in found.items():
        folders = {project / Path(file).parts[0] for file in message.files}
        folder = folders.pop() if len(folders) == 1 else project
        divided[folder if folder in divided else project][key] = message
    return divided


def catalog_findings(found: Found, catalog: Catalog, language: str) -> Iterator[str]:
    """Messages that a catalog misses, does not translate, translates wrongly, or has too many."""
    for message in found.values():
        entry = catalog.get(message.msgid, message.msgctxt)
        if entry is None or entry.id != ident(message):
            yield f"{language}: not in the catalog: {message.msgid!r} ({message.files[0]})"
        elif not is_translated(entry):
            yield f"{language}: not translated: {message.msgid!r} ({message.files[0]})"
        elif lost := lost_placeholders(entry):
            yield f"{language}: the placeholders of {message.msgid!r} differ: {', '.join(sorted(lost))}"
    yield from unused_findings(found, catalog, language)


def english_findings(project: Path, found: Found) -> Iterator[str]:
    """English is the language of the messages, so its catalog needs to hold nothing; what it holds must be in use."""
    yield from unused_findings(found, read_catalog(project, "en"), "en")


def unused_findings(found: Found, catalog: Catalog, language: str) -> Iterator[str]:
    """Messages that a catalog has too many."""
    for entry in catalog:
        msgid = texts(entry.id)[0]
        if msgid and (entry.context, msgid) not in found:
            yield f"{language}: no longer used: {msgid!r}"


def ident(message: Message) -> str | tuple[str, str]:
    """A message as babel names it: by its text, or by its two texts when it counts."""
    return (message.msgid, message.msgid_plural) if message.msgid_plural is not None else message.msgid


def texts(value: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """The forms of a message or of its translation: one, or several when it counts."""
    return [value or ""] if value is None or isinstance(value, str) else list(value)


def is_translated(entry: Entry) -> bool:
    """Whether every form has a text, not marked as a guess."""
    return all(texts(entry.string)) and not entry.fuzzy


def lost_placeholders(entry: Entry) -> set[str]:
    """Placeholders that a translation lacks or makes up.

    Babel's own check knows no {name}, and wants each form to have what its own message has: a singular may say "one
    form" without its number.
    """
    allowed = set(PLACEHOLDER.findall("".join(texts(entry.id))))
    used = set(PLACEHOLDER.findall("".join(texts(entry.string))))
    return (allowed - used) | (used - allowed)


def update(project: Path, language: str) -> None:
    """Write the catalogs of a language anew: what is in use, with the translations that are known."""
    for folder, messages in by_catalog(project, collect(project), language).items():
        write(folder, messages, language)


def write(folder: Path, found: Found, language: str) -> None:
    """Write one catalog anew."""
    file = catalog_file(folder, language)
    text = written(found, read_catalog(folder, language))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEADER.format(language=language) + text, encoding="utf-8")


def written(found: Found, former: Catalog) -> str:
    """The messages in use as a catalog has them, with the translations of the former one."""
    catalog = Catalog(locale=former.locale)
    for message in found.values():
        entry = former.get(message.msgid, message.msgctxt)
        kept = entry if entry is not None and entry.id == ident(message) else Entry(ident(message))
        # Without the number of a line, which changes with every line above it.
        places = [(place, 0) for place in message.files]
        flags = {"fuzzy"} if kept.fuzzy else set()
        catalog.add(ident(message), kept.string, places, flags, context=message.msgctxt)
    stream = io.BytesIO()
    # A line per line of text, however long: wrapped lines would all move for a word.
    write_po(stream, catalog, width=0, omit_header=True)
    return stream.getvalue().decode().rstrip("\n") + "\n"


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
