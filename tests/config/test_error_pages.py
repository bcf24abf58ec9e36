"""What is too much at once, and what the database refuses of two at the same moment, ends in words on a page."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.support_rights import SupportRight
from business import services
from business.forms import CustomerForm, WorkOrderForm
from forms_catalog.forms import FormForm
from forms_catalog.models import Form
from reference_data.forms import DevicePolicyForm, WorkTypeForm
from reference_data.models import WorkType
from templates_catalog.forms import LayoutForm, MessageTemplateForm
from tenants.entry_fields import LONGEST_TEXT
from tenants.models import Role
from tenants.schemas import inside
from tests.settings_sync.api.conftest import is_problem, make_caller

URLENCODED = "application/x-www-form-urlencoded"
BYTES_OF_A_LETTER = len("%F0%9F%98%80")
PAGES = (CustomerForm, WorkOrderForm, FormForm, WorkTypeForm, DevicePolicyForm, MessageTemplateForm, LayoutForm)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def owner_client(owner: User) -> Client:
    return browser_of(owner)


@pytest.fixture
def staff_client(db: None) -> Client:
    rights = list(SupportRight.values)
    return browser_of(User.objects.create_user("support@example.com", "demo", is_staff=True, support_rights=rights))


def encoded(body: dict[str, str]) -> str:
    """As a browser posts it."""
    return urlencode(body)


def duplicate(**_what: Any) -> None:
    """What a service meets when somebody else saved the same between its look and its write."""
    WorkType.objects.create(name="Onderhoud")
    WorkType.objects.create(name="ONDERHOUD")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_full_texts_of_any_letters_is_within_what_may_be_sent(page: type[forms.ModelForm]):
    texts = [field for field in page.base_fields.values() if isinstance(field.widget, forms.Textarea)]
    assert texts
    assert len(texts) * LONGEST_TEXT * BYTES_OF_A_LETTER < django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE


@pytest.mark.parametrize("letter", ["a", "é", "😀", "&"])
def test_a_text_within_its_limit_is_saved_whatever_letters_it_has(owner_client, main, letter):
    text = "<p>" + letter * (LONGEST_TEXT - 7) + "</p>"
    body = {"name": "Lang", "description": letter * LONGEST_TEXT, "print_template": text}
    answer = owner_client.post(reverse("forms_catalog:new", args=[main.slug]), encoded(body), content_type=URLENCODED)
    assert answer.status_code == 302, answer.content[:500]
    with inside(main):
        assert Form.objects.get().print_template == text


def test_the_end_of_a_line_counts_as_one_letter_though_browsers_send_two(owner_client, main):
    body = {"name": "Lang", "description": "a\r\n" * (LONGEST_TEXT // 2)}
    answer = owner_client.post(reverse("forms_catalog:new", args=[main.slug]), encoded(body), content_type=URLENCODED)
    assert answer.status_code == 302, answer.content[:500]


def test_a_text_above_its_limit_keeps_what_was_typed_beside_what_to_do(owner_client, main):
    body = {"name": "Lang", "description": "é" * (LONGEST_TEXT + 1)}
    answer = owner_client.post(reverse("forms_catalog:new", args=[main.slug]), encoded(body), content_type=URLENCODED)
    form = answer.context["form"]
    assert "200000" in form.errors["description"][0]
    assert form["description"].value() == body["description"]


@pytest.mark.parametrize("name", ["forms_catalog:new", "business:customer-create"])
def test_a_page_above_every_limit_says_what_to_do_and_keeps_the_work(owner_client, main, name):
    address = reverse(name, args=[main.slug])
    answer = owner_client.post(address, encoded({"name": "é" * 2_000_000}), content_type=URLENCODED)
    assert answer.status_code == 413
    assert "Nothing was saved." in answer.text
    assert f'href="{address}"' in answer.text
    assert 'data-keeps-work="too-much"' in answer.text


def test_too_many_fields_are_told_in_the_same_words(owner_client, main):
    body = "&".join(f"to={number}" for number in range(django_settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    answer = owner_client.post(reverse("business:customer-create", args=[main.slug]), body, content_type=URLENCODED)
    assert (answer.status_code, "Nothing was saved." in answer.text) == (413, True)


def test_the_support_site_says_it_too(staff_client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = staff_client.post("/admin/accounts/user/add/", encoded({"email": "é" * 1000}), content_type=URLENCODED)
    assert (answer.status_code, "Nothing was saved." in answer.text) == (413, True)


def test_of_two_that_save_the_same_one_is_told_beside_its_field_and_keeps_what_it_typed(
    owner_client, main, monkeypatch
):
    monkeypatch.setattr(services, "create_customer", duplicate)
    answer = owner_client.post(reverse("business:customer-create", args=[main.slug]), {"name": "Jansen", "city": "Ede"})
    form = answer.context["form"]
    assert form.errors["name"] == ["Another one has this name already. Choose another."]
    assert form["city"].value() == "Ede"
    with inside(main):
        assert not WorkType.objects.exists()


def test_a_page_that_says_nothing_itself_ends_in_a_sentence(owner_client, main, monkeypatch):
    monkeypatch.setattr("tenants.role_pages._ask", lambda *args, **what: duplicate())
    answer = owner_client.post(reverse("role-new", args=[main.slug]), {"name": "Planner"})
    assert answer.status_code == 409
    assert "Another one has this name already. Choose another." in answer.text
    assert "reference_data_" not in answer.text
    assert not Role.objects.filter(name="Planner").exists()


def test_the_api_ends_in_a_problem(owner, main, monkeypatch):
    def refuse(**_what: Any) -> None:
        with inside(main):
            duplicate()

    monkeypatch.setattr("settings_sync.api.views.plans.create_plan", refuse)
    answer = make_caller(owner, main).post("plans/", {"targets": ["x"], "categories": ["forms"]})
    assert is_problem(answer, 409, "clash")
    assert answer.json()["detail"] == "Another one has this name already. Choose another."


def test_what_is_no_clash_goes_on_as_it_was(owner_client, main, monkeypatch):
    def fail(**_what: Any) -> None:
        raise ValueError("no clash")

    monkeypatch.setattr(services, "create_customer", fail)
    with pytest.raises(ValueError, match="no clash"):
        owner_client.post(reverse("business:customer-create", args=[main.slug]), {"name": "Jansen"})
