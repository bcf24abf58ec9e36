"""Every page says what it may load and run; in no page a script that stands in it runs."""

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def policy_of(client: Client, path: str) -> dict[str, str]:
    header = client.get(path).headers["Content-Security-Policy"]
    return {name: rest for name, _space, rest in (part.strip().partition(" ") for part in header.split(";"))}


@pytest.mark.parametrize("path", ["/account/sign-in/", "/nowhere/", "/admin/", "/admin/nowhere/", "/api/v1/docs/"])
def test_no_script_in_a_page_runs_and_nothing_comes_from_elsewhere(client: Client, path: str) -> None:
    client.force_login(User.objects.create_superuser("staff@example.com", "demo", name="Staff"))
    policy = policy_of(client, path)
    assert policy["default-src"] == "'self'"
    assert "unsafe-inline" not in policy["script-src"]
    assert "http" not in " ".join(policy.values())
    assert (policy["frame-ancestors"], policy["object-src"], policy["base-uri"]) == ("'none'", "'none'", "'none'")


def test_only_the_admin_evaluates(client: Client) -> None:
    client.force_login(User.objects.create_superuser("staff@example.com", "demo", name="Staff"))
    evaluating = [path for path in ("/", "/administer/", "/admin/") if "eval" in policy_of(client, path)["script-src"]]
    assert evaluating == ["/admin/"]
