"""Putting sub-administrations in groups."""

from django.urls import reverse

from audit.models import AuditEntry
from tenants.rights import EMPLOYEE_ROLE
from tests.conftest import make_member

from .conftest import browser


def groups_of(administration):
    administration.refresh_from_db()
    return administration.groups


def test_several_are_put_in_a_group_at_once(owner_client, url, owner, joined, other_child):
    make_member(other_child, user=owner)
    to = [joined.slug, other_child.slug]
    answer = owner_client.post(url("groups"), {"to": to, "group": "  Noord   Nederland "}, follow=True)
    assert groups_of(joined) == groups_of(other_child) == ["Noord Nederland"]
    assert answer.context["here"] == {"Noord Nederland": 2}
    assert AuditEntry.objects.filter(action="administration.grouped").count() == 2


def test_the_same_name_in_other_capitals_is_the_same_group(owner_client, url, owner, joined, other_child):
    make_member(other_child, user=owner)
    owner_client.post(url("groups"), {"to": joined.slug, "group": "Noord"})
    owner_client.post(url("groups"), {"to": other_child.slug, "group": "NOORD"})
    assert groups_of(other_child) == ["Noord"]


def test_they_are_taken_out_again(owner_client, url, joined):
    owner_client.post(url("groups"), {"to": joined.slug, "group": "Noord"})
    owner_client.post(url("groups"), {"to": joined.slug, "remove": "Noord"})
    assert groups_of(joined) == []


def test_a_group_without_a_readable_name_is_refused(owner_client, url, joined):
    for name in ("", " ", "\u200b", "x" * 61, "a\0b"):
        answer = owner_client.post(url("groups"), {"to": joined.slug, "group": name})
        assert (answer.status_code, groups_of(joined)) == (200, []), repr(name)
        assert answer.context["form"].errors


def test_an_administration_is_in_so_many_groups_and_no_more(owner_client, url, joined, monkeypatch):
    monkeypatch.setattr("tenants.groups.MOST", 1)
    owner_client.post(url("groups"), {"to": joined.slug, "group": "Een"})
    refused = owner_client.post(url("groups"), {"to": joined.slug, "group": "Twee"})
    assert "more than 1 groups" in refused.content.decode()
    assert groups_of(joined) == ["Een"]


def test_only_reachable_subs_of_this_main_are_grouped(owner_client, url, joined, other_child, foreign_main):
    for to in ([], ["nowhere"], ["\0"], [foreign_main.slug], [other_child.slug]):
        assert owner_client.get(url("groups"), {"to": to}).context["chosen"] == []
        refused = owner_client.post(url("groups"), {"to": to, "group": "Noord"})
        assert "Choose at least one sub-administration" in refused.content.decode(), to
        assert groups_of(other_child) == groups_of(foreign_main) == []


def test_it_takes_a_right(url, main, joined):
    client = browser(make_member(main, EMPLOYEE_ROLE))
    assert client.get(url("groups")).status_code == 403
    assert client.post(url("groups"), {"to": joined.slug, "group": "Noord"}).status_code == 403
    assert groups_of(joined) == []
    elsewhere = browser(make_member(joined)).post(reverse("sync:groups", args=[joined.slug]), {"group": "Noord"})
    assert "chosen" not in (elsewhere.context or {})
