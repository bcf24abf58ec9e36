"""The admin pages of support speak the reader's language, the theme's own phrases included."""

from pathlib import Path

import pytest
import unfold
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.support_rights import SupportRight
from quality.messages import Message, messages_of

THEME = Path(unfold.__file__).parent
NOT_INSTALLED = ("contrib", "unfold_crispy")
THE_SAME_IN_DUTCH = {"Filter"}


def phrases_of_theme() -> list[Message]:
    """What the installed part of the theme shows people."""
    files = [*THEME.rglob("*.py"), *THEME.rglob("*.html")]
    shown = [file for file in files if not set(NOT_INSTALLED) & set(file.relative_to(THEME).parts)]
    return [message for file in shown for message in messages_of(file)]


def in_own_language(message: Message) -> str:
    if message.msgid_plural is not None:
        return translation.ngettext(message.msgid, message.msgid_plural, 1)
    if message.msgctxt is not None:
        return translation.pgettext(message.msgctxt, message.msgid)
    return translation.gettext(message.msgid)


def test_every_phrase_of_the_theme_is_dutch():
    found = phrases_of_theme()
    assert len(found) > 100
    with translation.override("nl"):
        english = {message.msgid for message in found if in_own_language(message) == message.msgid}
    assert english <= THE_SAME_IN_DUTCH


@pytest.mark.django_db
def test_the_pages_that_support_uses_most_have_no_english_left():
    support = User.objects.create_user(
        "support@example.com", "demo", name="Support", is_staff=True, support_rights=list(SupportRight.values)
    )
    client = Client()
    client.force_login(support)
    start = client.get(reverse("admin:index")).text
    listed = client.get(reverse("admin:accounts_user_changelist"), {"q": "nobody", "is_active__exact": "1"}).text
    for words, page in (
        ("Donker", start),
        ("Typ om te zoeken", listed),
        ("Niets gevonden", listed),
        ("Filters wissen", listed),
    ):
        assert words in page
    english = ("Welcome back", "Return to site", "Type to search", "No results found", "Reset filters")
    assert [words for words in english if words in start + listed] == []
