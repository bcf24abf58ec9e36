"""Every main page has help, in both languages; and it opens from the page that it is about."""

import re

import pytest
from django.conf import settings as django_settings
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from guide.topics import TOPICS, topic_of
from tenants.sections import SETTINGS, Group, sections_of
from tests.access.routes import all_routes

LANGUAGES = [code for code, _name in django_settings.LANGUAGES]
# Help itself, and what answers no page: files and parts of pages.
WITHOUT = {"help", "help-topic"}


def page_names() -> list[str]:
    return sorted({route.name for route in all_routes() if route.area in ("page", "account")} - WITHOUT)


@pytest.fixture
def page(owner):
    client = Client()
    client.force_login(owner)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def test_every_section_that_people_are_led_to_has_a_topic():
    sections = sections_of(Group.DAILY_WORK, *SETTINGS)
    assert len(sections) > 12
    assert [section.url_name for section in sections if topic_of(section.url_name) is None] == []


def test_every_page_has_a_topic():
    names = page_names()
    assert len(names) > 90
    assert [name for name in names if not name.startswith("guide:") and topic_of(name) is None] == []


def test_no_topic_is_about_nothing():
    names = {*page_names(), "api:docs"}
    assert [topic.key for topic in TOPICS if not any(topic_of(name) == topic for name in names)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_has_a_short_text(language):
    for topic in TOPICS:
        text = get_template(f"guide/{language}/{topic.key}.html").render({})
        words = re.sub(r"<[^>]+>", " ", text).split()
        assert 15 < len(words) < 160, f"{topic.key} in {language}: {len(words)} words"


def test_the_longest_name_that_fits_decides():
    assert topic_of("reference_data:logo").key == "company"
    assert topic_of("reference_data:list").key == "lists"
    assert topic_of("sync:run-undo").key == "results"
    assert topic_of("nowhere") is None


@pytest.mark.parametrize(
    ("name", "key"), [("administration-home", "overview"), ("people:list", "users"), ("sync:choose", "sync")]
)
def test_the_question_mark_leads_to_help_about_the_page(page, main, name, key):
    text = page.get(reverse(name, args=[main.slug])).content.decode()
    (address,) = re.findall(r'href="([^"]+)"[^>]*data-help-link', text)
    assert address == f"/a/{main.slug}/help/{key}/"
    opened = page.get(address).content.decode()
    assert main.name in opened and "All help" in opened and "guide-text" in opened


def test_outside_an_administration_it_does_too(page):
    text = page.get(reverse("account:profile")).content.decode()
    (address,) = re.findall(r'href="([^"]+)"[^>]*data-help-link', text)
    assert address == "/account/help/profile/"
    assert "backup codes" in page.get(address).content.decode()


def test_it_is_in_the_readers_language(page, main):
    page.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "nl"
    assert (
        "nodig een collega uit" in page.get(reverse("help-topic", args=[main.slug, "users"])).content.decode().lower()
    )


def test_what_is_no_topic_is_not_found(page, main):
    assert page.get(reverse("help-topic", args=[main.slug, "nonsense"])).status_code == 404
    assert page.get(reverse("help", args=[main.slug])).status_code == 200
