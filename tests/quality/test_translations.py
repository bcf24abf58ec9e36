"""Messages that lack a translation are found in code and templates."""

from local_servers.translations import read_catalog
from quality.messages import Message, messages_of_python, messages_of_template
from quality.translations import catalog_findings, quoted, written

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
label = _("Save")
count = ngettext("%(count)s form", "%(count)s forms", 2)
verb = pgettext("verb", "Order")
other = print("not this one")
"""
TEMPLATE = """{% load i18n %}{# not this #}
{% translate "It's saved" %} {% translate "Order" context "verb" %} {{ name|default:_("None") }}
{% blocktranslate trimmed count counter=n %}
  {{ counter }} form
{% plural %}
  {{ counter }} forms
{% endblocktranslate %}"""


def test_finds_messages_in_python() -> None:
    assert list(messages_of_python(PYTHON)) == [
        Message("Save"),
        Message("%(count)s form", msgid_plural="%(count)s forms"),
        Message("Order", msgctxt="verb"),
    ]


ERRORS = '''
from .exceptions import SyncError, Other
class Stale(SyncError):
    """{items} changed."""
    code = "stale"
class VeryStale(Stale):
    """{items} changed
    long ago."""
class Silent(SyncError):
    pass
class Unrelated(Other):
    """Not for readers."""
'''


def test_finds_the_docstrings_of_errors_at_any_depth() -> None:
    assert list(messages_of_python(ERRORS)) == [Message("{items} changed."), Message("{items} changed\nlong ago.")]


def test_finds_messages_in_templates() -> None:
    found = list(messages_of_template(TEMPLATE, "a.html"))
    assert Message("It's saved") in found
    assert Message("Order", msgctxt="verb") in found
    assert Message("None") in found
    assert Message("%(counter)s form", msgid_plural="%(counter)s forms") in found


def findings(catalog: str, *messages: Message) -> list[str]:
    found = {message.identity: message for message in messages}
    return list(catalog_findings(found, read_catalog(catalog), "nl"))


def test_names_what_is_missing_untranslated_and_left_over() -> None:
    catalog = 'msgid "Old"\nmsgstr "Oud"\n\nmsgid "Blank"\nmsgstr ""\n'
    found = findings(catalog, Message("New", files=["a.py"]), Message("Blank", files=["a.py"]))
    assert [line.split(":")[1].strip() for line in found] == ["not in the catalog", "not translated", "no longer used"]


def test_names_a_lost_placeholder() -> None:
    catalog = 'msgid "%(count)s of {total}"\nmsgstr "%(aantal)s van {total}"\n'
    found = findings(catalog, Message("%(count)s of {total}", files=["a.py"]))
    assert found == ["nl: the placeholders of '%(count)s of {total}' differ: %(aantal)s, %(count)s"]


def test_what_is_written_reads_back() -> None:
    text = 'Two "lines"\nand a \\ slash'
    entry = read_catalog(f'msgid {quoted(text)}\nmsgstr "Twee"\n')[0]
    assert entry.msgid == text
    again = read_catalog(written(Message(text, files=["a.py"]), entry))[0]
    assert (again.msgid, again.value) == (text, "Twee")
