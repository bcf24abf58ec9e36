"""The bell, the page of notices, and the choice in the profile."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from notices.models import Notice
from notices.services.choosing import choices_of
from notices.services.reading import count_unread, forget_old_notices
from tests.access.conftest import acting_for
from tests.conftest import make_member

from .conftest import LOUD, QUIET


@pytest.fixture
def page(owner):
    client = Client()
    client.force_login(owner)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def bell(page, main):
    text = page.get(reverse("administration-home", args=[main.slug])).content.decode()
    found = re.search(r'class="frame-count">(.+?)<', text)
    return found[1] if found else ""


def test_the_bell_counts_what_is_new(page, main, tell_owner, owner):
    assert bell(page, main) == ""
    tell_owner(about="1")
    tell_owner(about="2")
    assert bell(page, main) == "2"
    page.post(reverse("notices:read"))
    assert bell(page, main) == ""
    Notice.objects.bulk_create(
        Notice(user=owner, kind=LOUD, about=f"many {number}", administrations=[main.pk]) for number in range(120)
    )
    assert bell(page, main) == "99+"


def test_opening_one_goes_where_it_leads_and_reads_it(page, main, tell_owner, owner):
    tell_owner(about="1")
    tell_owner(about="2")
    notice = Notice.objects.get(about="1")
    opened = page.get(reverse("notices:open", args=[notice.pk]))
    assert (opened.status_code, opened.headers["Location"]) == (302, f"/a/{main.slug}/")
    assert count_unread(owner) == 1


def test_one_about_several_administrations_says_which(page, main, child, tell_owner, owner):
    make_member(child, user=owner)
    tell_owner(LOUD, "1", main, child, note="Let op")
    text = page.get(reverse("notices:open", args=[Notice.objects.get().pk])).content.decode()
    assert f'href="/a/{child.slug}/"' in text and f'href="/a/{main.slug}/"' in text and "Let op" in text
    assert count_unread(owner) == 0


def test_the_page_lists_them_latest_first_by_pages(page, main, owner):
    now = timezone.now()
    Notice.objects.bulk_create(
        Notice(
            user=owner, kind=LOUD, about=str(number), facts={"what": f"number {number}."},
            administrations=[main.pk], created_at=now - timedelta(hours=number),
        )
        for number in range(35)
    )  # fmt: skip
    text = page.get(reverse("notices:list")).content.decode()
    assert [int(found) for found in re.findall(r"number (\d+)\.", text)] == list(range(30))
    assert "number 34." in page.get(reverse("notices:list") + "?page=2").content.decode()


def test_the_page_takes_as_many_statements_for_one_as_for_thirty(page, main, owner):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            page.get(reverse("notices:list"))
        return len(asked)

    Notice.objects.create(user=owner, kind=LOUD, about="one", administrations=[main.pk])
    few = statements()
    Notice.objects.bulk_create(
        Notice(user=owner, kind=LOUD, about=str(number), administrations=[main.pk]) for number in range(29)
    )
    assert statements() == few


def test_nobody_sees_or_reads_those_of_another(tell_owner, colleague, main):
    tell_owner(what="a secret")
    client = Client()
    client.force_login(colleague)
    assert "a secret" not in client.get(reverse("notices:list")).content.decode()
    assert client.get(reverse("notices:open", args=[Notice.objects.get().pk])).status_code == 404
    client.post(reverse("notices:read"))
    assert Notice.objects.get().read_at is None


def test_support_that_acts_for_somebody_does_not_read_them(tell_owner, owner, main):
    tell_owner(what="a secret")
    client = acting_for(owner)
    assert client.get(reverse("notices:list")).status_code == 403
    assert "frame-count" not in client.get(reverse("administration-home", args=[main.slug])).content.decode()
    assert Notice.objects.get().read_at is None


def test_what_is_about_an_administration_that_is_closed_to_them_now_says_no_more(page, tell_owner, child, owner):
    make_member(child, user=owner)
    tell_owner(LOUD, "1", child, what="a secret")
    owner.memberships.filter(administration=child).delete()
    text = page.get(reverse("notices:list")).content.decode()
    assert "a secret" not in text and "may not enter any more" in text


def test_what_is_for_the_mail_alone_is_not_at_the_bell(page, tell_owner, owner):
    Notice.objects.create(user=owner, kind=LOUD, about="x", administrations=[], is_shown=False, is_mailed=True)
    assert count_unread(owner) == 0
    assert "Nothing yet" in page.get(reverse("notices:list")).content.decode()


def test_the_choice_stands_in_the_profile(page, owner):
    text = page.get(reverse("account:profile")).content.decode()
    assert f'name="mailed" value="{LOUD}" checked' in text and f'name="mailed" value="{QUIET}"' in text
    saved = page.post(reverse("notices:choose"), {"shown": [QUIET, "made.up"], "mailed": [QUIET]}, follow=True)
    assert "Your choice is saved." in saved.content.decode()
    chosen = {row.kind.key: (row.is_shown, row.is_mailed) for row in choices_of(owner)}
    assert (chosen[LOUD], chosen[QUIET]) == ((False, False), (True, True))
    assert "made.up" not in chosen


def test_old_ones_are_forgotten(tell_owner):
    tell_owner(about="old")
    Notice.objects.update(created_at=timezone.now() - timedelta(days=200))
    tell_owner(about="new")
    assert forget_old_notices() == 1
    assert Notice.objects.get().about == "new"
