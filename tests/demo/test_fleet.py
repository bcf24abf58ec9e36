"""The customer with many administrations: as many as asked, each with an address of its own."""

import pytest
from django.core.management import CommandError, call_command

from demo.fleet import FLEET, MOST, PLACES, USUAL, fleet_of
from tenants.readable_names import is_visible


def test_forty_have_a_place_each_and_more_begin_again_with_the_first():
    usual = fleet_of(USUAL).branches
    assert [branch.slug for branch in usual] == [
        f"de-lange-{place.lower()}" for places in PLACES.values() for place in places.split()
    ]
    assert fleet_of(USUAL + 1).branches == (*usual, FLEET.branches[USUAL])
    assert FLEET.branches[USUAL].slug == f"{usual[0].slug}-2"


def test_as_many_as_there_can_be_have_addresses_and_names_of_their_own():
    slugs = {branch.slug for branch in FLEET.branches}
    names = {branch.name for branch in FLEET.branches}
    assert len(slugs) == len(names) == MOST
    assert max(map(len, slugs)) <= 63
    assert all(map(is_visible, names))


@pytest.mark.parametrize(
    ("asked", "words"),
    [(("--fleet", "--administrations", "39"), "Ask for 40"), (("--administrations", "400"), "goes with --fleet")],
)
def test_what_cannot_be_made_is_refused_in_words(asked, words):
    with pytest.raises(CommandError, match=words):
        call_command("load_demo", *asked)
