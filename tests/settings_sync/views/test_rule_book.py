"""The pages of policies and rules, and of what a sub-administration keeps as it is."""

import datetime
import uuid

import pytest
from django.urls import reverse

from settings_sync.models import ItemRule, SyncPolicy
from settings_sync.services.settings.deviations import pin
from sync_ledger.models import Deviation
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import browser, sync
from .test_plans import text_of

FORM = "forms_catalog.form"


@pytest.fixture
def synced(owner, main, joined, form):
    sync(owner, main, joined)
    return form


@pytest.fixture
def here(joined):
    """The address of a page of the sub-administration."""
    return lambda name, *args: reverse(f"sync:{name}", args=[joined.slug, *args])


def policies(**changed):
    chosen = {
        "changed_locally": "keep",
        "conflict": "hold",
        "removed_locally": "leave",
        "removed_in_source": "keep",
        "stale": "hold",
        "max_share": "25",
    }
    return {**chosen, **changed}


def test_policies_are_shown_and_saved(owner_client, url):
    page = text_of(owner_client.get(url("policies")))
    assert "waits until somebody decides" in page
    assert owner_client.post(url("policies"), policies(conflict="keep_local", max_share="60")).status_code == 302
    stored = SyncPolicy.objects.get()
    assert (stored.policies["conflict"], stored.max_share) == ("keep_local", 60)
    for wrong in ({"conflict": "zzz"}, {"max_share": "0"}, {"max_share": "x"}):
        assert owner_client.post(url("policies"), policies(**wrong)).context["form"].errors
    assert SyncPolicy.objects.get().max_share == 60


def test_a_setting_is_found_locked_and_released(owner_client, url, synced):
    assert synced.name in text_of(owner_client.get(url("policies"), {"q": "ketel"}))
    address = url("rule", FORM, synced.uid)
    owner_client.post(address, {"locked": ["whole"], "conflict": "overwrite"})
    rule = ItemRule.objects.get()
    assert (rule.locked_paths, rule.policies) == ([""], {"conflict": "overwrite"})
    assert "The whole setting" in text_of(owner_client.get(url("policies")))
    assert "checked" in owner_client.get(address).content.decode()
    assert owner_client.post(address, {"locked": ["zzz"]}).context["form"].errors
    owner_client.post(address, {"remove": "yes"})
    assert not ItemRule.objects.exists()
    assert owner_client.get(url("rule", FORM, uuid.uuid4())).status_code == 404
    assert owner_client.get(url("rule", "zzz", synced.uid)).status_code == 404


def test_policies_are_for_who_may_sync(client, url, main, colleague, here, owner, joined):
    client.force_login(colleague)
    assert client.get(url("policies")).status_code == 403
    assert "home/only_in_main.html" in [t.name for t in browser(owner).get(here("policies")).templates]


def test_a_setting_is_pinned_listed_and_let_go(owner_client, here, joined, synced):
    item = reverse("forms_catalog:edit", args=[joined.slug, synced.uid])
    address = here("kept-item", FORM, synced.uid)
    assert address in owner_client.get(item).content.decode()
    assert owner_client.post(address, {"path": "name", "reason": " "}).context["form"].errors.keys() == {"reason"}
    today = datetime.date.today().isoformat()
    owner_client.post(address, {"path": "name", "reason": "klantwens", "review_on": today})
    page = text_of(owner_client.get(here("kept")))
    for words in (
        synced.name,
        "Name",
        "klantwens",
        "somebody withdraws it (pinned)",
        "1 of them is to be looked at again",
    ):
        assert words in page
    with inside(joined):
        kept = Deviation.objects.get()
    withdraw = here("kept-withdraw", kept.pk)
    assert owner_client.get(withdraw).status_code == 405
    owner_client.post(withdraw)
    assert "Everything follows the main administration" in text_of(owner_client.get(here("kept")))
    assert "This was withdrawn already." in text_of(owner_client.post(withdraw, follow=True))


def test_what_cannot_be_pinned_says_so(owner_client, here, url, joined, synced):
    with inside(joined):
        own = type(synced).objects.create(name="Eigen")
    answer = owner_client.post(here("kept-item", FORM, own.uid), {"path": "", "reason": "x"})
    assert "does not come from the main administration" in text_of(answer)
    assert owner_client.get(here("kept-item", FORM, uuid.uuid4())).status_code == 404
    assert owner_client.get(here("kept-item", "zzz", own.uid)).status_code == 403
    assert owner_client.get(url("kept")).status_code == 404


def test_a_planner_sees_no_pins(client, joined, here, owner, synced):
    pin(acting_user=owner, administration=joined, kind=FORM, uid=synced.uid, path="", reason="x")
    client.force_login(make_member(joined, "Medewerker"))
    assert client.get(here("kept")).status_code == 403
    assert client.get(here("kept-item", FORM, synced.uid)).status_code == 403
    with inside(joined):
        kept = Deviation.objects.get()
    assert client.post(here("kept-withdraw", kept.pk)).status_code == 403
    with inside(joined):
        assert Deviation.objects.exists()
