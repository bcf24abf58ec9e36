"""What readers get to see is the project's own text, whatever the libraries' catalogs say for the same message."""

import inspect
from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext, ngettext, npgettext, pgettext

from local_servers.translations import compile_catalogs, read_catalog
from quality.messages import Message, collect
from quality.translations import PROJECT, catalog_file, texts
from quality.translations import read_catalog as read_with_babel
from settings_sync.exceptions import SyncError
from tenants.exceptions import AdministrationError, Refusal


def shown(message: Message, number: int) -> str:
    """What gettext makes of a message in the language that is on."""
    if message.msgid_plural is None:
        return pgettext(message.msgctxt, message.msgid) if message.msgctxt else gettext(message.msgid)
    if message.msgctxt:
        return npgettext(message.msgctxt, message.msgid, message.msgid_plural, number)
    return ngettext(message.msgid, message.msgid_plural, number)


def forms(message: Message) -> list[tuple[int, str]]:
    """A number and the English text for it, for each form of a message."""
    return [(1, message.msgid)] + ([(2, message.msgid_plural)] if message.msgid_plural else [])


def test_dutch_is_what_the_catalog_says() -> None:
    compile_catalogs(PROJECT)
    used = collect(PROJECT)
    entries = read_catalog(catalog_file(PROJECT, "nl").read_text(encoding="utf-8"))
    translated = [entry for entry in entries if (entry.msgctxt, entry.msgid) in used and entry.is_translated()]
    assert translated
    with translation.override("nl"):
        wrong = {
            entry.msgid: said
            for entry in translated
            for number, expected in entry.forms.items()
            if (said := shown(used[entry.msgctxt, entry.msgid], number + 1)) != expected
        }
    assert wrong == {}


def test_what_compiles_the_catalogs_reads_them_as_babel_does() -> None:
    ours = read_catalog(catalog_file(PROJECT, "nl").read_text(encoding="utf-8"))
    read = {
        (entry.msgctxt, entry.msgid, entry.msgid_plural): list(entry.forms.values()) for entry in ours if entry.msgid
    }
    theirs = {}
    for entry in read_with_babel(PROJECT, "nl"):
        msgid, plural = (*texts(entry.id), None)[:2]
        theirs[entry.context, msgid, plural] = texts(entry.string)
    theirs.pop((None, "", None))
    assert read == theirs


def test_english_is_the_message_itself() -> None:
    with translation.override("en"):
        wrong = {
            text: said
            for message in collect(PROJECT).values()
            for number, text in forms(message)
            if (said := shown(message, number)) != text
        }
    assert wrong == {}


def errors_below(error: type[Exception]) -> Iterator[type[Exception]]:
    """The product's own errors of a tree."""
    for below in error.__subclasses__():
        if not below.__module__.startswith("tests."):
            yield below
            yield from errors_below(below)


def test_the_sentence_of_every_error_is_in_the_catalog() -> None:
    known = {message.msgid for message in collect(PROJECT).values()}
    errors = list(errors_below(Refusal))
    assert {SyncError, AdministrationError} < set(errors)
    assert [error.__qualname__ for error in errors if inspect.getdoc(error) not in known] == []
