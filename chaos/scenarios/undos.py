"""Hundreds of runs, each of other edits, policies and decisions, each taken back: what stood there stands again."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import F, Max

from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from settings_sync.models import Change, Plan, SyncRun
from settings_sync.planning.verdicts import Verdict, Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from settings_sync.services.undos.undoing import create_undo_plan
from sync_ledger.models import Base, Deviation
from templates_catalog.models import Layout
from tenants.models import Administration
from tenants.schemas import inside

from ..company import CATEGORIES, Company, Digests, digests
from ..stage import Stage
from ..table import Row
from ..table import Verdict as Judged

POLICIES = {
    "changed_locally": ("keep", "put_back"),
    "conflict": ("hold", "keep_local", "overwrite"),
    "removed_locally": ("leave", "bring_back"),
    "removed_in_source": ("keep", "archive", "delete"),
}


def run(stage: Stage, full: bool) -> list[Row]:
    """Generated runs in a few children, one after another; half of them with edits between the run and its undo."""
    stage.stop_product()
    company = Company()
    children = company.add(4)
    exact = Row("undo of generated runs")
    asked = Row("undo after later edits")
    history = History(company, random.Random(11))
    wanted = 500 if full else 20
    while exact.tried + asked.tried < wanted:
        child = children[(exact.tried + asked.tried) % len(children)]
        history.one(child, exact, asked)
    exact.note = (
        f"{history.changes} settings changed and restored, bases, pins and agreements included:"
        f" {dict(sorted(history.did.items()))}."
    )
    asked.control = f"{history.asked} asked"
    if not history.asked:
        asked.failures.append("nothing was edited that a run had changed: nothing was asked")
    return [exact, asked]


@dataclass
class Edits:
    """Random edits of one administration. `word` makes every text its own."""

    chance: random.Random
    count: int = 0

    def some(self, administration: Administration, number: int) -> None:
        with inside(administration):
            for _ in range(number):
                self.count += 1
                self.chance.choice(self._ways())()

    def _ways(self) -> list[Callable[[], object]]:
        return [
            self._describe,
            self._rename,
            self._create,
            self._remove,
            self._relabel,
            self._add,
            self._drop,
            self._lay_out,
        ]

    def _any(self, model: type[WorkType] | type[Form]) -> int:
        keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
        return self.chance.choice(keys) if keys else 0

    def _describe(self) -> None:
        model: type[WorkType] | type[Form] = WorkType if self.chance.random() < 0.5 else Form
        model.objects.filter(pk=self._any(model)).update(description=f"tekst {self.count}")

    def _rename(self) -> None:
        WorkType.objects.filter(pk=self._any(WorkType)).update(name=f"Hernoemd {self.count}")

    def _create(self) -> None:
        name = f"Nieuw {self.chance.randrange(12)}"  # few names, so that both sides take the same
        if not WorkType.objects.filter(name__iexact=name, is_archived=False).exists():
            WorkType.objects.create(name=name, description=f"tekst {self.count}")

    def _remove(self) -> None:
        if WorkType.objects.count() > 4:
            WorkType.objects.filter(pk=self._any(WorkType)).delete()

    def _relabel(self) -> None:
        fields = Field.objects.filter(section__form=self._any(Form))
        fields.filter(reference=f"veld_{self.chance.randrange(1, 9)}").update(label=f"Veld {self.count}")

    def _add(self) -> None:
        section = Section.objects.filter(form=self._any(Form)).first()
        if section is not None:
            last = section.fields.aggregate(last=Max("position"))["last"] or 0
            Field.objects.create(
                section=section, label="Erbij", reference=f"erbij_{uuid.uuid4().hex[:6]}", position=last + 1
            )

    def _drop(self) -> None:
        fields = Field.objects.filter(section__form=self._any(Form)).order_by("position")
        if fields.count() > 2:
            fields.filter(pk=fields[0].pk).delete()

    def _lay_out(self) -> None:
        Layout.objects.filter(name=f"Factuur {self.chance.randrange(3)}").update(footer=f"voet {self.count}")


@dataclass(frozen=True)
class Standing:
    """What stands in a child: its settings, their bases, and what is pinned or agreed."""

    settings: Digests
    bases: Digests
    kept: dict[tuple[str, uuid.UUID], list[object]]

    @property
    def keys(self) -> set[tuple[str, uuid.UUID]]:
        return {*self.settings, *self.bases, *self.kept}

    def of(self, key: tuple[str, uuid.UUID]) -> tuple[object, ...]:
        return self.settings.get(key), self.bases.get(key), self.kept.get(key)


@dataclass
class History:
    """One run after another in some children, each taken back."""

    company: Company
    chance: random.Random
    changes: int = 0
    asked: int = 0
    did: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.edits = Edits(self.chance)

    def one(self, child: Administration, exact: Row, asked: Row) -> None:
        """Edit both sides, sync, perhaps edit again, take the run back, look; then sync once more and go on."""
        self.edits.some(self.company.main, 4)
        self.edits.some(child, 3)
        plan = self._decided(self._plan(child), _bases(child))
        before = digests(child)
        bases = _bases(child)
        kept = _kept(child)
        done = self._carry_out(plan)
        changed = self._count(plan)
        if not changed:
            return
        row = self.chance.choice([exact, asked])
        edited = self._edit_since(child, plan) if row is asked else {}
        undo = create_undo_plan(acting_user=self.company.owner, run=done)
        held = set(Change.objects.filter(plan_target__plan=undo, action="hold").values_list("uid", flat=True))
        self._carry_out(undo)
        row.add(self._judge(child, Standing(before, bases, kept), edited, held).about(f"run {done.pk}"))
        self._carry_out(self._plan(child))

    def _plan(self, child: Administration) -> Plan:
        policies = {name: self.chance.choice(values) for name, values in POLICIES.items()}
        return create_plan(
            acting_user=self.company.owner,
            main=self.company.main,
            targets=[child.slug],
            categories=CATEGORIES,
            policies=policies,
        )

    def _decided(self, plan: Plan, bases: Digests) -> Plan:
        """Couple what has its name taken by an own item, or create it beside; settle a conflict either way."""
        asked = []
        for change in Change.objects.filter(plan_target__plan=plan, action="hold").order_by("uid"):
            if change.verdict == Verdict.BOTH_CHANGED:
                asked.append(Asked(change.uid, self.chance.choice([Word.OVERWRITE, Word.KEEP_LOCAL])))
            elif change.verdict == Verdict.NAME_TAKEN and change.base_digest is None:
                holder = uuid.UUID(change.facts["holder_uid"])
                beside = Asked(change.uid, Word.CREATE_AS, name=f"Naast {self.edits.count} {change.pk}")
                couple = Asked(change.uid, Word.COUPLE, couple_with=holder)
                asked.append(self.chance.choice([couple, beside]) if (change.kind, holder) not in bases else beside)
        return decide(acting_user=self.company.owner, plan=plan, version=1, decisions=asked) if asked else plan

    def _carry_out(self, plan: Plan) -> SyncRun:
        slug = self.company.main.slug
        accepted = start_run(acting_user=self.company.owner, plan=plan, version=plan.version, confirmation=slug)
        target = accepted.targets.get()
        execute_target(target.pk)
        target.refresh_from_db()
        assert target.state == "succeeded", (target.error_code, target.error_detail)
        accepted.refresh_from_db()
        return accepted

    def _count(self, plan: Plan) -> int:
        found = Change.objects.filter(
            plan_target__plan=plan, action__in=["create", "update", "couple", "archive", "delete"]
        )
        for action in found.values_list("action", flat=True):
            self.did[action] = self.did.get(action, 0) + 1
        moved = Change.objects.filter(plan_target__plan=plan).exclude(base_digest=F("next_base_digest"))
        self.changes += found.count()
        return found.count() or moved.count()

    def _edit_since(self, child: Administration, plan: Plan) -> dict[uuid.UUID, str]:
        """Somebody describes an item that the run has written; what it says then must stay, or be asked about."""
        written = Change.objects.filter(plan_target__plan=plan, action__in=["create", "update"])
        keys = list(written.filter(kind="reference_data.worktype").order_by("uid").values_list("uid", flat=True))
        if not keys:
            return {}
        uid = self.chance.choice(keys)
        text = f"later {self.edits.count}"
        with inside(child):
            WorkType.objects.filter(uid=uid).update(description=text)
        return {uid: text}

    def _judge(
        self, child: Administration, before: Standing, edited: dict[uuid.UUID, str], held: set[uuid.UUID]
    ) -> Judged:
        """Everything is as it was, but what was edited since: that is held, or has kept what was written."""
        now = Standing(digests(child), _bases(child), _kept(child))
        judged = Judged()
        for key in before.keys | now.keys:
            if key[1] not in held | set(edited) and before.of(key) != now.of(key):
                judged.lost.append(f"{key[0]} {key[1]} is not what it was")
        with inside(child):
            texts = dict(WorkType.objects.filter(uid__in=edited).values_list("uid", "description"))
        judged.lost += [f"what was written in {uid} is gone" for uid, text in edited.items() if texts.get(uid) != text]
        # An item that is held keeps its name, which may hold another one.
        judged.other += [f"{uid} was held, but nobody had edited anything" for uid in held if not edited]
        self.asked += len(held & set(edited))
        return judged


def _bases(child: Administration) -> Digests:
    with inside(child):
        return {(kind, uid): bytes(digest) for kind, uid, digest in Base.objects.values_list("kind", "uid", "digest")}


def _kept(child: Administration) -> dict[tuple[str, uuid.UUID], list[object]]:
    found: dict[tuple[str, uuid.UUID], list[object]] = {}
    with inside(child):
        for row in Deviation.objects.order_by("kind", "uid", "path"):
            kept = (row.path, row.is_pinned, row.reason, row.review_on, row.decided_by, row.decided_at)
            found.setdefault((row.kind, row.uid), []).append(kept)
    return found
