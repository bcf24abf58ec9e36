"""What an administration changed in a setting, and which deviations are one."""

import random
import uuid

from settings_sync.planning.deviating import deviating_fields, entry_id, mark_of

KEY = ("forms_catalog.form", uuid.UUID(int=1))
FIELD = str(uuid.UUID(int=2))
SECTION = str(uuid.UUID(int=3))


def form(name="Onderhoud", label="CO", *added, **more):
    rows = [{"uid": FIELD, "label": label, "section": SECTION}, *added]
    return {"name": name, **more, "parts": {"sections": [{"uid": SECTION, "title": "Metingen"}], "fields": rows}}


def fields(base, source, local, pins=frozenset()):
    return {row.path: (row.base, row.source, row.local) for row in deviating_fields(base, source, local, pins)}


def mark(base, source, local):
    return mark_of(KEY, deviating_fields(base, source, local, frozenset()), source, local)


def added(label="Foto"):
    return {"uid": str(uuid.uuid4()), "label": label, "section": SECTION}


def test_only_what_was_changed_there_deviates():
    base = form()
    assert fields(base, base, base) == {}
    assert fields(base, base, form(label="CO2")) == {f"fields/{FIELD}/label": ("CO", "CO", "CO2")}


def test_what_only_the_main_changed_does_not_and_what_both_changed_alike_neither():
    assert fields(form(), form(name="Beurt"), form()) == {}
    assert fields(form(), form(label="CO2"), form(label="CO2")) == {}


def test_what_both_changed_otherwise_tells_all_three():
    assert fields(form(), form(label="CO2"), form(label="mg"))[f"fields/{FIELD}/label"] == ("CO", "CO2", "mg")


def test_what_is_pinned_is_left_out():
    assert fields(form(), form(), form(label="CO2"), frozenset({f"fields/{FIELD}"})) == {}


def test_a_part_that_came_is_told_without_the_order_that_follows_from_it():
    row = added()
    found = fields(form(), form(), form("Onderhoud", "CO", row))
    assert set(found) == {f"fields/{row['uid']}", f"fields/{row['uid']}/label", f"fields/{row['uid']}/section"}


def test_another_order_of_the_same_parts_is_told():
    row = added()
    one = form("Onderhoud", "CO", row)
    other = form("Onderhoud", "CO", row)
    other["parts"]["fields"].reverse()
    assert set(fields(one, one, other)) == {"fields/order"}


def test_what_was_removed_is_one_field():
    assert fields(form(), form(), None) == {"": (True, True, None)}


def test_equal_ones_are_one_whatever_came_before_and_whichever_uid_a_new_part_has():
    assert mark(form(), form(), form(label="CO2")) == mark(form(label="vorige"), form(), form(label="CO2"))
    assert mark(form(), form(), form("Onderhoud", "CO", added())) == mark(
        form(), form(), form("Onderhoud", "CO", added())
    )
    assert mark(form(), form(), form(label="CO2")) != mark(form(), form(), form(label="CO3"))
    assert mark(form(), form(), form("Onderhoud", "CO", added())) != mark(
        form(), form(), form("Onderhoud", "CO", added("Video"))
    )
    assert mark(form(), form(), None) != mark(form(), form(), form(label="CO2"))


def test_an_id_is_a_customers_own():
    one = mark(form(), form(), form(label="CO2"))
    assert entry_id(uuid.UUID(int=1), one) == entry_id(uuid.UUID(int=1), one)
    assert entry_id(uuid.UUID(int=1), one) != entry_id(uuid.UUID(int=2), one)


def test_six_hundred_deviations_of_four_hundred_administrations_are_fewer_than_forty():
    chance = random.Random(17)
    sorts = [lambda number=number: form(label=f"CO {number}") for number in range(18)]
    sorts += [lambda number=number: form("Onderhoud", "CO", added(f"Foto {number}")) for number in range(12)]
    sorts += [lambda: None, lambda: form(name="Beurt")]
    found = {
        (administration, mark(form(), form(), chance.choice(sorts)()))
        for administration in range(400)
        for _each in range(2)
    }
    assert len(found) > 600
    assert len({one for _administration, one in found}) == len(sorts) < 40
