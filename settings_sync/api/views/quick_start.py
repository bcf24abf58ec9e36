"""The four commands with which somebody who never saw the API does a first sync, for their own administrations."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.models import Administration
from tenants.permissions import may, reachable_administrations
from tenants.rights import AdministrationRight

CATEGORY = "reference_data"
TOKEN = '-H "Authorization: Bearer $EENLIJN_TOKEN"'  # nosec B105 # the name of a variable of the shell
JSON = "-H 'Content-Type: application/json'"


@dataclass(frozen=True)
class Step:
    """One command: what it is for, the command itself, and what to know of its answer."""

    title: str
    command: str
    about: str


@dataclass(frozen=True)
class QuickStart:
    """The commands, and where the reader makes the token that they take; empty for who may make none."""

    steps: tuple[Step, ...]
    token_address: str
    main: str
    main_slug: str = "van-dijk"
    sub_slug: str = "van-dijk-oost"


def quick_start_for(user: Any) -> QuickStart:
    """The commands with the slugs of the reader; with made-up ones for who has signed in nowhere."""
    main, sub = _administrations_of(user)
    address = ""
    # As the page that it leads to asks.
    if main is not None and may(user, AdministrationRight.SEE, main):
        scopes = "scopes=settings:read&scopes=sync:preview&scopes=sync:run"
        address = f"{reverse('token-new', args=[main.slug])}?{scopes}"
    main_slug = main.slug if main else QuickStart.main_slug
    sub_slug = sub.slug if sub else QuickStart.sub_slug
    return QuickStart(_steps(sub_slug), address, str(main or ""), main_slug, sub_slug)


def _administrations_of(user: Any) -> tuple[Administration | None, Administration | None]:
    """The first main administration that the reader may enter with an active sub of it, or nothing."""
    if not user.is_authenticated:
        return None, None
    reachable = [row for row in reachable_administrations(user) if row.state == Administration.State.ACTIVE]
    main = next((row for row in reachable if row.is_main), None)
    sub = next((row for row in reachable if main is not None and row.parent_id == main.pk), None)
    return main, sub


def _steps(sub: str) -> tuple[Step, ...]:
    api = f"{settings.BASE_URL.rstrip('/')}/api/v1"
    choice = f'"targets": ["{sub}"], "categories": ["{CATEGORY}"]'
    return (
        Step(
            _("Which administrations there are"),
            f"curl {TOKEN} \\\n  {api}/administrations/",
            _("Each has a slug, by which the other commands name it, and how far it is in line."),
        ),
        Step(
            _("What a sync would do"),
            f"curl -X POST {TOKEN} {JSON} \\\n  -d '{{{choice}}}' \\\n  {api}/plans/",
            _(
                "Nothing is changed. The answer has an id and a version; every decision makes a new version, and a "
                "decision for an older one is refused with 412, so that two people never decide past each other."
            ),
        ),
        Step(
            _("The sync itself"),
            f"curl -X POST {TOKEN} {JSON} \\\n  -H 'Idempotency-Key: first-sync' \\\n"
            f'  -d \'{{{choice}, "note": "First sync"}}\' \\\n  {api}/runs/',
            _(
                "Send it twice, and the second time you get the same answer and nothing happens again: the key stands "
                "for this one request. Another request with the same key is refused with 422. To run exactly the plan "
                "of step 2, send its id and version instead of targets and categories."
            ),
        ),
        Step(
            _("How it went"),
            f"curl {TOKEN} \\\n  '{api}/runs/?limit=1'",
            _("Its state goes from queued by running to succeeded; counts say what was changed."),
        ),
    )
