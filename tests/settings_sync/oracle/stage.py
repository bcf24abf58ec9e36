"""Where stories are played: a company in the database, edited by the ORM and synced through the REST API alone."""

import re
import uuid
from typing import Any

from business.models import Customer, WorkOrder
from reference_data.models import WorkStatus, WorkType
from settings_sync.services.settings.deviations import pin, withdraw_deviation
from settings_sync.services.settings.rule_book import set_rule, update_policies
from sync_ledger.models import Deviation
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company
from tests.settings_sync.api.conftest import Caller, make_caller, work

from .catalog import CATEGORIES
from .documents import Key
from .rulings import DEFAULT_POLICIES

Change = dict[str, Any]


class Refused(Exception):
    """The API refused what the oracle says is possible."""


class Stage:
    """The main administration stands first, then its subs."""

    def __init__(self, company: Company, subs: list[Administration], api: Caller) -> None:
        self.company, self.api = company, api
        self.administrations = [company.main, *subs]

    def begin(self) -> None:
        """Empty everything."""
        for sub in self.administrations[1:]:
            with inside(sub):
                WorkOrder.objects.all().delete()
        self.company.sweep(*self.administrations[1:])
        for sub in self.administrations[1:]:
            with inside(sub):
                WorkStatus.objects.create(code="open", name="Open")

    def slug(self, where: int) -> str:
        return self.administrations[where].slug

    def pin(self, where: int, key: Key, path: str) -> None:
        sub = self.administrations[where]
        uid = uuid.UUID(key[1])
        pin(acting_user=self.company.owner, administration=sub, kind=key[0], uid=uid, path=path, reason="Zo")

    def withdraw(self, where: int, key: Key) -> None:
        sub = self.administrations[where]
        with inside(sub):
            found = list(Deviation.objects.filter(kind=key[0], uid=key[1]).values_list("pk", flat=True))
        for pk in found:
            withdraw_deviation(acting_user=self.company.owner, administration=sub, deviation_id=pk)

    def lock(self, key: Key, paths: frozenset[str]) -> None:
        main, uid = self.company.main, uuid.UUID(key[1])
        set_rule(acting_user=self.company.owner, main=main, kind=key[0], uid=uid, locked_paths=paths, policies={})

    def say(self, policies: dict[str, str]) -> None:
        policies = {**DEFAULT_POLICIES, **policies}
        update_policies(acting_user=self.company.owner, main=self.company.main, policies=policies, max_share=25)

    def use(self, where: int, key: Key) -> None:
        """A work order of this work type."""
        with inside(self.administrations[where]):
            WorkOrder.objects.create(
                number=WorkOrder.objects.count() + 1,
                customer=Customer.objects.get(),
                status=WorkStatus.objects.get(),
                work_type=WorkType.objects.get(uid=key[1]),
                description="Klus",
            )

    def plan(self, targets: list[int], policies: dict[str, str]) -> dict[str, Any]:
        body = {"targets": [self.slug(where) for where in targets], "categories": list(CATEGORIES)}
        return self._answer(self.api.post("plans/", {**body, "policies": policies}))

    def decide(self, plan: dict[str, Any], decisions: list[dict[str, Any]]) -> dict[str, Any]:
        return self._answer(self.api.patch(f"plans/{plan['id']}/decisions/", decisions, version=plan["version"]))

    def changes(self, plan: dict[str, Any], where: int) -> list[Change]:
        return self._all(f"plans/{plan['id']}/changes/", target=self.slug(where), limit=200)

    def start(self, plan: dict[str, Any]) -> dict[str, Any]:
        """Confirm a plan, typed confirmation included; no worker has it yet."""
        body = {"plan": plan["id"], "version": plan["version"], "confirmation": self.company.main.slug}
        return self._answer(self.api.post("runs/", body))

    def work(self, run: dict[str, Any]) -> None:
        work(run["id"])

    def targets(self, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return {row["administration"]: row for row in self._all(f"runs/{run['id']}/targets/")}

    def undo(self, run: dict[str, Any], targets: list[int]) -> dict[str, Any]:
        """A plan that takes a run back in these administrations."""
        return self._answer(self.api.post(f"runs/{run['id']}/undo/", {"targets": [self.slug(w) for w in targets]}))

    def cancel(self, run: dict[str, Any]) -> None:
        self._answer(self.api.post(f"runs/{run['id']}/cancel/"))

    def retry(self, run: dict[str, Any]) -> None:
        self._answer(self.api.post(f"runs/{run['id']}/retry/"))

    def item(self, where: int, key: Key) -> dict[str, Any] | None:
        answer = self.api.get(f"administrations/{self.slug(where)}/items/{key[1]}/")
        return None if answer.status_code == 404 else self._answer(answer)["document"]

    def _all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        page = self._answer(self.api.get(path, **query))
        found = list(page["results"])
        while page["next"]:
            page = self._answer(self.api.get(page["next"]))
            found += page["results"]
        return found

    def _answer(self, response: Any) -> dict[str, Any]:
        if response.status_code >= 400:
            body = response.json()
            raise Refused(f"{response.status_code} {body.get('type')}: {body.get('detail')} {body.get('errors', '')}")
        return dict(response.json())


def make_stage(subs: int) -> Stage:
    """A company with so many subs, and a token with every scope."""
    company = make_company()
    made = [company.child(f"Sub {number}") for number in range(1, subs + 1)]
    for sub in made:
        with inside(sub):
            Customer.objects.create(number=1, name="Klant")
    return Stage(company, made, make_caller(company.owner, company.main))


def readable(text: str, names: dict[str, str]) -> str:
    """A text in which every uid that has a name is called by it."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", lambda found: names.get(found[0], found[0]), text)
