"""Catalogs compile to what gettext reads."""

import gettext
import io

from local_servers.translations import compiled, read_catalog

CATALOG = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#: somewhere.py:1
msgid "Save"
msgstr "Opslaan"

msgctxt "verb"
msgid "Form"
msgstr "Vormen"

msgid "%(count)s form"
msgid_plural "%(count)s forms"
msgstr[0] "%(count)s formulier"
msgstr[1] "%(count)s formulieren, "
"alles bij elkaar"

#, fuzzy
msgid "Guess"
msgstr "Gok"

msgid "Missing"
msgstr ""

#~ msgid "Old"
#~ msgstr "Oud"
"""


def translations() -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(compiled(read_catalog(CATALOG))))


def test_reads_message_context_and_plurals() -> None:
    catalog = translations()
    assert catalog.gettext("Save") == "Opslaan"
    assert catalog.pgettext("verb", "Form") == "Vormen"
    assert catalog.ngettext("%(count)s form", "%(count)s forms", 1) == "%(count)s formulier"
    assert catalog.ngettext("%(count)s form", "%(count)s forms", 3) == "%(count)s formulieren, alles bij elkaar"


def test_leaves_out_what_is_not_translated() -> None:
    catalog = translations()
    assert catalog.gettext("Guess") == "Guess"
    assert catalog.gettext("Missing") == "Missing"
    assert catalog.gettext("Old") == "Old"


def test_tells_which_messages_are_not_translated() -> None:
    missing = [entry.msgid for entry in read_catalog(CATALOG) if not entry.is_translated()]
    assert missing == ["Guess", "Missing"]
