"""A company on the stage: a main administration with settings, children with daily data, and what must be true."""

import time
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, InterfaceError, connections, transaction

from accounts.models import User
from audit.models import AuditEntry
from business.models import Customer
from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at, read_documents
from settings_sync.engine.witness import Fingerprint, fingerprint
from settings_sync.models import Receipt, SyncRun, SyncTarget
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from templates_catalog.models import Layout
from tenants.administration_schema import create_schema
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE, rights_of_built_in
from tenants.schemas import inside

from .table import Verdict

Digests = dict[tuple[str, uuid.UUID], bytes]
CATEGORIES = [category.key for category in all_kinds().categories]
ENDS_WITHIN_SECONDS = 60.0
FINAL = ("succeeded", "held", "failed", "skipped", "cancelled")


def make_administration(name: str, parent: Administration | None = None) -> Administration:
    """An active administration with a schema of its own, made here: a state in which no worker makes it as well."""
    made = Administration.objects.create(
        name=name, slug=f"chaos-{uuid.uuid4().hex[:10]}", parent=parent, licence_cap=5000, state="failed"
    )
    create_schema(made)
    made.state = Administration.State.ACTIVE
    made.save(update_fields=["state"])
    return made


@dataclass
class Company:
    """One main administration and its children, and how far its settings are (their generation)."""

    children: list[Administration] = field(default_factory=list)
    generation: int = 0

    def __post_init__(self) -> None:
        self.main = make_administration("Hoofd")
        self.owner = User.objects.create_user(f"{uuid.uuid4().hex[:8]}@chaos.example", "unused", name="Chaos")
        self.role, _made = Role.objects.get_or_create(
            administration=None, name=ADMINISTRATOR_ROLE, defaults={"rights": rights_of_built_in(ADMINISTRATOR_ROLE)}
        )
        Membership.objects.create(user=self.owner, administration=self.main, role=self.role)
        with inside(self.main):
            fill_settings()

    def add(self, count: int) -> list[Administration]:
        """New children with some customers."""
        made = [self.add_one(f"Sub {len(self.children) + number}") for number in range(count)]
        self.children += made
        return made

    def add_one(self, name: str) -> Administration:
        """One new child that is not among `children`."""
        made = make_administration(name, self.main)
        Membership.objects.create(user=self.owner, administration=made, role=self.role)
        with inside(made):
            Customer.objects.bulk_create(Customer(number=n, name=f"Klant {n}") for n in range(1, 6))
        return made

    def bump(self) -> None:
        """Change something of every kind in the main administration."""
        self.generation += 1
        text = f"generatie {self.generation}"
        with inside(self.main), transaction.atomic():
            WorkType.objects.update(description=text)
            Form.objects.update(description=text)
            Field.objects.update(help_text=text)
            Layout.objects.update(footer=text)

    def start(self, children: Collection[Administration]) -> SyncRun:
        """Accept a run of everything for these children."""
        plan = create_plan(
            acting_user=self.owner,
            main=self.main,
            targets=[child.slug for child in children],
            categories=CATEGORIES,
        )
        return start_run(acting_user=self.owner, plan=plan, version=plan.version)


def fill_settings(forms: int = 4, work_types: int = 6) -> None:
    """Settings of every shape: an item alone, items with parts, links, a template."""
    types = WorkType.objects.bulk_create(WorkType(name=f"Werktype {n}") for n in range(work_types))
    for number, form in enumerate(Form.objects.bulk_create(Form(name=f"Formulier {n}") for n in range(forms))):
        form.work_types.add(types[number % work_types])
        section = Section.objects.create(form=form, title="Metingen", position=1)
        Field.objects.bulk_create(
            Field(section=section, label=f"Veld {n}", reference=f"veld_{n}", position=n) for n in range(1, 9)
        )
    Layout.objects.bulk_create(Layout(kind="invoice", name=f"Factuur {n}", body="<p>Tekst</p>") for n in range(3))


def digests(administration: Administration) -> Digests:
    """The digest of every setting as it stands, read afresh and not from the index."""
    with inside(administration):
        keys = {
            (kind.key, uid)
            for kind in all_kinds()
            for uid in kind.root.model._default_manager.values_list("uid", flat=True)
        }
    return {key: found.entry.digest for key, found in read_documents(administration.schema_name, keys).items()}


@dataclass
class Watch:
    """What stood in some children before, and what must stand there after a run: one of the two, never between."""

    company: Company
    children: list[Administration]
    before: dict[uuid.UUID, Digests] = field(default_factory=dict)
    daily: dict[uuid.UUID, Fingerprint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wanted = digests(self.company.main)
        for child in self.children:
            self.before[child.pk] = digests(child)
            self.daily[child.pk] = fingerprint(child)

    def judge(self, runs: Iterable[SyncRun], *, may_fail: bool = False) -> Verdict:
        """Look at every child after its runs have ended; `may_fail` accepts a failure that changed nothing."""
        verdict = Verdict()
        targets = list(SyncTarget.objects.filter(run__in=list(runs)).select_related("administration"))
        for target in targets:
            self._judge_target(target, verdict, may_fail)
        for run in SyncRun.objects.filter(pk__in=[target.run_id for target in targets]):
            ended = AuditEntry.objects.filter(action="run.finished", data__run=str(run.pk)).count()
            if not run.is_finished or ended != 1:
                verdict.lost.append(f"run {run.state}, finished {ended} times")
        return verdict

    def _judge_target(self, target: SyncTarget, verdict: Verdict, may_fail: bool) -> None:
        child = target.administration
        now = digests(target.administration)
        applied = AuditEntry.objects.filter(action="target.applied", data__target=str(target.pk)).count()
        receipts = Receipt.objects.filter(target=target).count()
        if target.state not in FINAL:
            verdict.lost.append(f"{child.name} is {target.state} after {target.attempts} attempts")
        if applied > 1 or receipts > 1:
            verdict.doubled.append(f"{child.name} was applied {applied} times")
        if now not in (self.before[child.pk], self.wanted):
            verdict.half.append(f"{child.name} has neither what it had nor what was planned")
        if fingerprint(child) != self.daily[child.pk]:
            verdict.half.append(f"{child.name}: daily data was written")
        succeeded = target.state == "succeeded"
        if succeeded and (now != self.wanted or receipts != 1):
            verdict.lost.append(f"{child.name} succeeded, but is not what was planned")
        # Another run was before it: its plan was held back, or it was overtaken, and neither is lost.
        is_late = target.state == "held" or target.error_code == "overtaken"
        if target.state in FINAL and not succeeded and not is_late and not (may_fail and now == self.before[child.pk]):
            verdict.lost.append(f"{child.name} {target.state}: {target.error_code} {target.error_detail}")


def wait_until_ended(
    runs: Collection[SyncRun], revive: Callable[[], Any], seconds: float = ENDS_WITHIN_SECONDS
) -> float:
    """Wait until all runs have ended, while what dies is started again; returns how long it took."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        revive()
        left = patiently(lambda: SyncRun.objects.filter(pk__in=[run.pk for run in runs], finished_at=None).count())
        if left == 0:
            break
        time.sleep(0.1)
    return time.monotonic() - started


def patiently(ask: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Ask the database until it answers: it may have been killed."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            connections.close_all()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def fold(company: Company) -> None:
    """Bring the index of the main up to date, as its pages do."""
    look_at(company.main)
