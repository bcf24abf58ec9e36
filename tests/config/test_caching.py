"""What stays in a browser after signing out."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_page_of_a_signed_in_user_is_stored_nowhere(owner_client, main):
    assert owner_client.get(f"/a/{main.slug}/customers/")["Cache-Control"] == "private, no-store"


def test_probes_are_left_alone(client):
    assert client.get("/healthz").get("Cache-Control") != "private, no-store"
