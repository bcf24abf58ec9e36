"""Settings → Administrations, as a browser without JavaScript uses it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forms_catalog.models import Form
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.administrations.sub_administrations import choose_subs, list_subs
from tenants.models import Administration, Membership
from tenants.schemas import inside
from tests.conftest import make_administration, make_member

from .conftest import browser, make_many, sync


def text_of(answer):
    return answer.content.decode()


def pending(main, owner, state, **fields):
    """A sub-administration without a schema, in a state that is not active."""
    made = Administration.objects.create(name="Van Dijk Utrecht", slug="utrecht", parent=main, state=state, **fields)
    make_member(made, user=owner)
    return made


def test_the_list_shows_how_far_each_sub_is_in_line(owner_client, owner, main, joined, form, url):
    sync(owner, main, joined)
    with inside(main):
        Form.objects.filter(pk=form.pk).update(description="changed")
    fold_alignment()
    page = owner_client.get(url("administrations"))
    assert page.status_code == 200
    (row,) = page.context["page"].object_list
    assert (row.counts["behind"], row.last_sync.by) == (1, "Someone")
    counted = text_of(page).partition(f'<a href="{url("differences", joined.slug)}">')[2].partition("</a>")[0]
    assert "1 is behind" in counted
    assert {category.key: category.items for category in page.context["categories"]}["forms"] == 1


def test_what_a_preview_looked_at_is_still_counted_afterwards(owner, main, joined, form):
    sync(owner, main, joined)
    fold_alignment()
    with inside(main):
        Form.objects.filter(pk=form.pk).update(description="changed")
    from .conftest import make_plan

    make_plan(owner, main, joined)  # reads the index of the main administration, and so empties its dirty list
    fold_alignment()
    (row,) = list_subs(acting_user=owner, main=main)
    assert row.counts["behind"] == 1


def test_a_sub_that_the_user_may_not_enter_is_not_there(owner_client, child, url):
    assert child.name not in text_of(owner_client.get(url("administrations")))


@pytest.mark.parametrize("name", ["administrations", "administration-new", "choose", "runs"])
def test_strangers_find_nothing_and_colleagues_may_not_enter(url, name, stranger, colleague):
    assert browser(stranger).get(url(name)).status_code == 404
    assert browser(colleague).get(url(name)).status_code == 403
    signed_out = Client().get(url(name))
    assert signed_out.status_code == 302
    assert f"next={url(name)}" in signed_out.headers["Location"]


@pytest.mark.parametrize("name", ["administrations", "choose", "runs"])
def test_a_sub_says_where_to_go(owner_client, main, joined, name):
    page = owner_client.get(reverse(f"sync:{name}", args=[joined.slug]))
    assert page.status_code == 200
    assert f"/a/{main.slug}/?section=settings/administrations" in text_of(page)


def test_somebody_of_the_sub_alone_is_not_sent_to_a_main_they_cannot_enter(main, child):
    page = browser(make_member(child)).get(reverse("sync:administrations", args=[child.slug]))
    assert page.status_code == 200
    assert f"/a/{main.slug}/" not in text_of(page)


def test_the_number_of_queries_does_not_depend_on_the_number_of_subs(owner_client, owner, main, joined, form, url):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            owner_client.get(url("administrations"))
        return len(captured)

    sync(owner, main, joined)
    fold_alignment()
    queries()
    with_one = queries()
    more = make_administration("Van Dijk Oost", main)
    make_member(more, user=owner)
    sync(owner, main, more)
    fold_alignment()
    make_many(500, main, owner, joined)
    assert queries() == with_one
    assert with_one <= 30


def test_a_name_that_exists_there_already_asks_attention(owner, main, joined, form):
    with inside(joined):
        Form.objects.create(name="onderhoud CV-ketel")
        Form.objects.create(name="Iets anders")
    fold_alignment()
    (row,) = list_subs(acting_user=owner, main=main)
    assert ([item.code for item in row.attention], row.counts["names_taken"]) == (["name"], 1)
    assert choose_subs([row], show="attention") == [row]


@pytest.mark.parametrize("query", ["?page=x", "?page=-1&sort=attention", "?show=rubbish&group=x", "?q=%00%F0%9F%A6%84"])
def test_rubbish_in_the_address_is_no_error(owner_client, joined, url, query):
    assert owner_client.get(url("administrations") + query).status_code == 200


def test_search_filter_and_sort(owner, main, joined, form):
    other = make_administration("Van Dijk Oost", main, groups=["oost"])
    make_member(other, user=owner)
    sync(owner, main, joined)
    with inside(joined):
        Form.objects.update(description="here")
    with inside(main):
        Form.objects.update(description="there")
    fold_alignment()
    subs = list_subs(acting_user=owner, main=main)
    names = lambda **asked: [sub.name for sub in choose_subs(subs, **asked)]  # noqa: E731
    assert names(query="NOORD") == [joined.name]
    assert names(show="attention") == [joined.name]
    assert names(show="behind") == [other.name]
    assert names(show="never") == [other.name]
    assert names(group="oost") == [other.name]
    assert names(sort="attention") == [joined.name, other.name]


def test_an_administration_is_made_on_the_page(owner_client, owner, main, url):
    answer = owner_client.post(
        url("administration-new"), {"name": "Van Dijk Utrecht", "slug": "", "start_from": ["forms"]}
    )
    assert answer.headers["Location"] == url("administrations")
    made = Administration.objects.get(parent=main)
    assert (made.slug, made.state, made.start_from) == ("van-dijk-utrecht", "provisioning", ["forms"])
    page = text_of(owner_client.get(url("administrations")))
    assert url("administration-row", made.pk) in page
    assert 'hx-trigger="every' in page
    assert "<noscript><meta" in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": "", "slug": ""}, "This field is required"),
        ({"name": "Noord", "slug": "has spaces"}, "Use only letters, digits and hyphens."),
        ({"name": "Noord", "slug": "x", "start_from": ["rubbish"]}, "rubbish"),
    ],
)
def test_what_cannot_be_made_is_said_on_the_form(owner_client, url, main, sent, said):
    assert said in text_of(owner_client.post(url("administration-new"), sent))
    assert not main.children.exists()


def test_an_address_that_is_taken_is_said_beside_it(owner_client, url, joined):
    page = owner_client.post(url("administration-new"), {"name": "Noord", "slug": joined.slug})
    assert joined.slug in page.context["form"].errors["slug"][0]


def test_at_the_cap_the_page_says_why(owner_client, url, main, joined):
    Administration.objects.filter(pk=main.pk).update(licence_cap=1)
    page = text_of(owner_client.get(url("administrations")))
    assert "1 of 1 in use" in page
    assert "Your licence allows 1 sub-administrations" in page
    assert url("administration-new") not in page
    refused = owner_client.post(url("administration-new"), {"name": "Noord"})
    assert "Your licence allows 1 sub-administrations" in text_of(refused)
    assert main.children.count() == 1


def test_a_row_stops_asking_when_there_is_nothing_to_wait_for(owner_client, owner, main, joined, url):
    made = pending(main, owner, "provisioning")
    assert "hx-trigger" in text_of(owner_client.get(url("administration-row", made.pk)))
    assert "hx-trigger" not in text_of(owner_client.get(url("administration-row", joined.pk)))
    Membership.objects.filter(administration=made).delete()
    gone = owner_client.get(url("administration-row", made.pk))
    assert (gone.status_code, gone.content) == (200, b"")


def test_a_failure_is_shown_with_its_reason_and_can_be_tried_again(owner_client, owner, main, url):
    made = pending(main, owner, "failed", state_detail="The disk is full.")
    assert "The disk is full." in text_of(owner_client.get(url("administrations")))
    assert owner_client.get(url("administration-retry", made.slug)).status_code == 302
    owner_client.post(url("administration-retry", made.slug))
    made.refresh_from_db()
    assert made.state == "provisioning"
    again = owner_client.post(url("administration-retry", made.slug), follow=True)
    assert "This cannot be done while the administration is being created." in text_of(again)


def test_a_name_that_nobody_can_read_is_refused_beside_its_field(owner_client, url):
    refused = owner_client.post(url("administration-new"), {"name": "\u200b", "slug": "leeg"})
    assert "Type something that people can read." in refused.context["form"].errors["name"][0]


def test_a_deletion_that_failed_is_tried_again_and_told_as_such(owner_client, main, owner, url):
    made = pending(main, owner, "failed", migration_head="0001")
    assert "could not be deleted" in text_of(owner_client.get(url("administrations")))
    said = text_of(owner_client.post(url("administration-retry", made.slug), follow=True))
    assert f"The deletion of “{made.name}” is tried again." in said
    assert "being made again" not in said
    made.refresh_from_db()
    assert made.state == "deleting"


def test_an_administration_is_deleted_after_its_name_was_typed(owner_client, url, joined):
    address = url("administration-delete", joined.slug)
    refused = owner_client.post(address, {"confirm": "rubbish"})
    assert f"type the name of the administration, {joined.name}, or its web address, {joined.slug}" in text_of(refused)
    joined.refresh_from_db()
    assert joined.state == "active"
    assert owner_client.post(address, {"confirm": joined.name}).status_code == 302
    joined.refresh_from_db()
    assert joined.state == "deleting"
    assert "being deleted" in text_of(owner_client.get(url("administrations")))


@pytest.mark.parametrize("slug", ["nothing-here", "main", "foreign"])
def test_only_a_sub_of_this_main_can_be_deleted(owner_client, url, main, foreign_main, slug):
    slug = {"main": main.slug, "foreign": foreign_main.slug}.get(slug, slug)
    assert owner_client.post(url("administration-delete", slug), {"confirm": slug}).status_code == 404
