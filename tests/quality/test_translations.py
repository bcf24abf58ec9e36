"""Messages that lack a translation are found in code and templates."""

from pathlib import Path

from quality.messages import Message, messages_of_python, messages_of_template
from quality.translations import by_catalog, catalog_findings, catalog_of, update, write, written
from quality.translations import findings as findings_of

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
    return list(catalog_findings(found, catalog_of(catalog, "nl"), "nl"))


def test_names_what_is_missing_untranslated_and_left_over() -> None:
    catalog = 'msgid "Old"\nmsgstr "Oud"\n\nmsgid "Blank"\nmsgstr ""\n'
    found = findings(catalog, Message("New", files=["a.py"]), Message("Blank", files=["a.py"]))
    assert [line.split(":")[1].strip() for line in found] == ["not in the catalog", "not translated", "no longer used"]


def test_names_a_lost_placeholder() -> None:
    catalog = 'msgid "%(count)s of {total}"\nmsgstr "%(aantal)s van {total}"\n'
    found = findings(catalog, Message("%(count)s of {total}", files=["a.py"]))
    assert found == ["nl: the placeholders of '%(count)s of {total}' differ: %(aantal)s, %(count)s"]


def test_a_singular_needs_no_number_but_one_form_must_have_it() -> None:
    catalog = 'msgid "%(count)s form"\nmsgid_plural "%(count)s forms"\nmsgstr[0] "een"\nmsgstr[1] "{}"\n'
    message = Message("%(count)s form", msgid_plural="%(count)s forms", files=["a.py"])
    assert findings(catalog.format("%(count)s formulieren"), message) == []
    assert findings(catalog.format("formulieren"), message) != []


def test_a_guess_and_a_form_without_text_are_not_translated() -> None:
    guess = '#, fuzzy\nmsgid "Save"\nmsgstr "Opslaan"\n'
    assert "not translated" in findings(guess, Message("Save", files=["a.py"]))[0]
    half = 'msgid "form"\nmsgid_plural "forms"\nmsgstr[0] "formulier"\nmsgstr[1] ""\n'
    assert "not translated" in findings(half, Message("form", msgid_plural="forms", files=["a.py"]))[0]


def test_a_message_that_began_to_count_is_not_the_former_one() -> None:
    catalog = 'msgid "form"\nmsgstr "formulier"\n'
    assert "not in the catalog" in findings(catalog, Message("form", msgid_plural="forms", files=["a.py"]))[0]


def test_what_is_written_reads_back() -> None:
    text = 'Two "lines"\nand a \\ slash'
    messages = [
        Message(text, files=["a.py", "b.py"]),
        Message("Order", msgctxt="verb", files=["a.py"]),
        Message("form", msgid_plural="forms", files=["a.py"]),
        Message("New", files=["a.py"]),
    ]
    former = (
        'msgid "Two \\"lines\\"\\n"\n"and a \\\\ slash"\nmsgstr "Twee"\n\n'
        'msgctxt "verb"\nmsgid "Order"\nmsgstr "Bestellen"\n\n'
        '#, fuzzy\nmsgid "form"\nmsgid_plural "forms"\nmsgstr[0] "formulier"\nmsgstr[1] "formulieren"\n\n'
        'msgid "Gone"\nmsgstr "Weg"\n'
    )
    again = written({message.identity: message for message in messages}, catalog_of(former, "nl"))
    read = {(entry.context, entry.id): (entry.string, entry.fuzzy) for entry in catalog_of(again, "nl") if entry.id}
    assert read == {
        (None, text): ("Twee", False),
        ("verb", "Order"): ("Bestellen", False),
        (None, ("form", "forms")): (("formulier", "formulieren"), True),
        (None, "New"): ("", False),
    }


def test_an_app_keeps_its_own_messages_and_shares_the_others(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "briefings"):
        write(folder, {}, "nl")
    mine, shared, other = (
        Message("Point", files=["briefings/models.py"]),
        Message("Name", files=["briefings/models.py", "forms_catalog/models.py"]),
        Message("Form", files=["forms_catalog/models.py"]),
    )
    found = {message.identity: message for message in (mine, shared, other)}
    of_product, of_app = by_catalog(tmp_path, found, "nl").values()
    assert (list(of_product.values()), list(of_app.values())) == ([shared, other], [mine])


def test_names_the_app_whose_message_is_not_translated(tmp_path: Path) -> None:
    app = tmp_path / "briefings"
    for folder in (tmp_path, app):
        write(folder, {}, "nl")
    (app / "models.py").write_text('from django.utils.translation import gettext as _\nlabel = _("Point")\n')
    assert list(findings_of(tmp_path)) == ["briefings nl: not in the catalog: 'Point' (briefings/models.py)"]
    update(tmp_path, "nl")
    assert list(findings_of(tmp_path)) == ["briefings nl: not translated: 'Point' (briefings/models.py)"]
