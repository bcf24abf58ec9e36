"""What is found is told once, and equal deviations of hundreds of administrations are a handful of entries."""

import json
import random
import uuid

from django.db import connection

from settings_sync.models import InboxDeviation, InboxDue
from settings_sync.planning.deviating import Deviating
from settings_sync.services.inbox.entries import Filters, count_waiting, list_entries
from settings_sync.services.inbox.finding import keep_seen
from settings_sync.services.inbox.looking import Seen
from settings_sync.services.inbox.rounds import find_deviations
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE
from tests.settings_sync.services.inbox.conftest import carry_out
from webhooks.models import Endpoint, OutboxMessage

from .conftest import edit, settle, states, waiting

ADMINISTRATIONS = 400
SORTS = 36


def told():
    bodies = OutboxMessage.objects.filter(event="deviation.found").order_by("created_at").values_list("body", flat=True)
    return [json.loads(body)["data"] for body in bodies]


def test_a_deviation_is_told_once_and_not_at_every_look(owner, main, joined, other, followed, decided):
    Endpoint.objects.create(administration=main, url="https://example.com/h", events=["deviation.found"])
    edit(joined, owner, label="CO in mg/m³")
    edit(other, owner, label="CO in mg/m³")
    settle()
    InboxDue.objects.create(administration=joined, at="2026-01-01T00:00Z")
    find_deviations()
    (message,) = told()
    assert message["found_in"] == sorted([joined.slug, other.slug])
    assert (message["deviation"], message["label"]) == (str(waiting()[0].pk), "Onderhoud cv-ketel")
    carry_out(decided("accept"))
    settle()
    assert len(told()) == 1
    edit(joined, owner, label="CO in ppm")
    settle()
    assert [row["found_in"] for row in told()[1:]] == [[joined.slug]]


def test_who_puts_it_back_by_hand_settles_it(owner, joined, followed):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    edit(joined, owner, label="CO-gehalte")
    settle()
    assert states() == {"Noord": ("settled", "")}


def test_a_round_in_which_nothing_was_counted_looks_nowhere(owner, joined, followed, django_assert_max_num_queries):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    with django_assert_max_num_queries(4):
        assert find_deviations() == 0


def test_six_hundred_deviations_of_four_hundred_administrations_wait_as_fewer_than_forty(owner, main):
    # As the database knows its tables just before many administrations are made: the worst that it can plan with.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    rows = Administration.objects.bulk_create(
        Administration(name=f"Vestiging {number}", slug=f"vestiging-{number}", parent=main, state="active")
        for number in range(ADMINISTRATIONS)
    )
    role = Role.objects.get(administration=None, name=ADMINISTRATOR_ROLE)
    Membership.objects.bulk_create(Membership(user=owner, administration=row, role=role) for row in rows)
    sorts = [sort_of(number) for number in range(SORTS)]
    chance = random.Random(17)
    seen = {row: chance.sample(sorts, chance.choice((1, 2))) for row in rows}
    found = keep_seen(main, seen)
    assert InboxDeviation.objects.filter(state="open").count() == sum(map(len, seen.values())) > 550
    assert len(found.new) == count_waiting(owner, main) == SORTS < 40
    entries = list_entries(acting_user=owner, main=main, filters=Filters()).order_by("-work", "id")
    assert sum(entry.number for entry in entries) == sum(map(len, seen.values()))
    assert [entry.work for entry in entries] == sorted((entry.work for entry in entries), reverse=True)
    keep_seen(main, seen)
    assert count_waiting(owner, main) == SORTS


def sort_of(number):
    """What some of them did alike, used by as much open work as its number says."""
    key = ("forms_catalog.form", uuid.UUID(int=number + 1))
    return Seen(
        key=key,
        label=f"Formulier {number}",
        entry=uuid.UUID(int=1000 + number),
        fields=[Deviating("name", "a", "a", "b")],
        base=b"a",
        source=b"a",
        local=b"b",
        affected={"work_orders": number},
    )
