"""Loading the demo once, whole or not at all."""

from collections.abc import Callable, Iterable, Mapping

from django.utils import translation

from accounts.models import User
from audit.models import AuditEntry, record
from settings_sync.models import Plan, SyncRun
from tenants.models import Administration, Membership
from tenants.template_schema import drop_schema

from .companies import ACCOUNTS, DE_BOER, VAN_DIJK, Account, Company
from .fleet import FLEET, FLEET_ACCOUNTS, USUAL, make_fleet
from .story import tell_everything

BEGUN = "demo.begun"
DONE = "demo.loaded"
FLEET_BEGUN = "demo.fleet_begun"
FLEET_DONE = "demo.fleet_loaded"


def load_demo() -> bool:
    """Make the demo's companies unless they are there; False when there was nothing to do.

    A load that was broken off is cleared away first; an administration of that name that the demo did not make stays.
    """
    last = _last(BEGUN, DONE)
    if last == DONE or (last is None and Administration.objects.filter(slug=VAN_DIJK.main.slug).exists()):
        return False
    if last == BEGUN:
        _clear_away((VAN_DIJK, DE_BOER), ACCOUNTS)
    record(BEGUN)
    with translation.override("nl"):
        tell_everything()
    record(DONE)
    return True


def load_fleet(tell: Callable[[str], object], number: int = USUAL) -> bool:
    """Make forty administrations, or this many, with a week of deviations beside the demo; False when they are there.
    `tell` hears how far it is."""
    last = _last(FLEET_BEGUN, FLEET_DONE)
    if last == FLEET_DONE or (last is None and Administration.objects.filter(slug=FLEET.main.slug).exists()):
        return False
    if last == FLEET_BEGUN:
        _clear_away((FLEET,), FLEET_ACCOUNTS)
    record(FLEET_BEGUN)
    with translation.override("nl"):
        make_fleet(tell, number)
    record(FLEET_DONE)
    return True


def _last(*actions: str) -> str | None:
    entries = AuditEntry.objects.filter(action__in=actions).order_by("-at")
    return entries.values_list("action", flat=True).first()


def _clear_away(companies: Iterable[Company], accounts: Mapping[str, Account]) -> None:
    """Remove what a broken-off load left behind; the rows of administrations stay, without name, as always."""
    slugs = [branch.slug for company in companies for branch in (company.main, *company.branches)]
    made = list(Administration.objects.filter(slug__in=slugs))
    SyncRun.objects.filter(administration__in=made).delete()
    Plan.objects.filter(administration__in=made).delete()
    Membership.objects.filter(administration__in=made).delete()
    for administration in made:
        drop_schema(administration.schema_name)
        gone = {"state": Administration.State.DELETED, "slug": f"demo-deleted-{administration.pk.hex[:12]}"}
        Administration.objects.filter(pk=administration.pk).update(**gone, lease_token=None, leased_until=None)
    User.objects.filter(email__in=[account.email for account in accounts.values()]).delete()
