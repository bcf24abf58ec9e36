"""What chains of undo start from: administrations with settings made up at random, and what stands there to compare.

Names come from a short list, so that they meet; uids come from the same seed, so that every order of them comes by.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError, RestrictedError
from django.utils import timezone

from business.models import Customer, WorkOrder
from forms_catalog.models import Field, Form, Section
from reference_data.models import DevicePolicy, FreeField, HourType, PaymentMethod, VatRate, WorkStatus, WorkType
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import SyncError
from settings_sync.planning.deciding import allowed_words
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from sync_ledger.models import Base, Deviation
from templates_catalog.models import Layout, MessageTemplate, Scheme
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import CATEGORIES, Company, documents, rows
from workflows.models import Step, Workflow

NAMES = ["Alfa", "Bravo", "Carlo", "Delta", "Echo"]
ITEMS: dict[type[Model], tuple[str, dict[str, Any]]] = {
    WorkType: ("name", {}),
    WorkStatus: ("code", {"name": "Status"}),
    VatRate: ("code", {"name": "Tarief"}),
    HourType: ("code", {"name": "Uren"}),
    PaymentMethod: ("code", {"name": "Betaalwijze"}),
    FreeField: ("reference_name", {"name": "Vrij veld"}),
    DevicePolicy: ("key", {}),
    MessageTemplate: ("name", {"kind": "email", "subject": "Onderwerp"}),
    Layout: ("name", {"kind": "invoice"}),
    Scheme: ("name", {"kind": "invoice"}),
    Form: ("name", {}),
    Workflow: ("name", {}),
}
"""Every kind of setting: the field that its name stands in, and what it cannot be without."""

TEXTS = {
    WorkType: "description",
    Form: "description",
    Workflow: "description",
    MessageTemplate: "body",
    Layout: "footer",
    Scheme: "currency",
    FreeField: "name",
    DevicePolicy: "value",
}


@dataclass(frozen=True)
class Standing:
    """All that an administration's settings and ledger are made of, the moment of a decision left out.

    `keys` gives the local primary key of every row by table and uid.
    """

    items: dict[tuple[str, uuid.UUID], Any]
    keys: dict[tuple[str, uuid.UUID], int]
    bases: dict[tuple[str, uuid.UUID], bytes]
    deviations: list[tuple[Any, ...]]

    def agrees_with(self, other: "Standing", between: "Standing") -> None:
        """Fail unless this is the other to the letter; what did not stand there `between` has another primary key."""
        assert self.items == other.items
        assert self.bases == other.bases
        assert self.deviations == other.deviations
        kept = {(table, number) for (table, _uid), number in between.keys.items()}
        for place, number in other.keys.items():
            if (place[0], number) in kept:
                assert self.keys[place] == number, place


def standing_in(administration: Administration) -> Standing:
    """What stands in an administration now. Fails when its index says something else."""
    local = look_at(administration)
    found = {(kind.key, uid): body for kind in all_kinds() for uid, body in documents(administration, kind).items()}
    assert found.keys() == local.entries.keys(), "The index knows other settings than there are."
    keys = {}
    for kind in all_kinds():
        for table in kind.tables:
            # A step has nothing by which a coupling could recognise it; daily data points at items alone.
            if table.parent is None or table.declaration.part_key:
                keys |= {(table.table, row["uid"]): row["id"] for row in rows(administration, table.table, "uid", "id")}
    own = {(kind.key, row["uid"]): row for kind in all_kinds() for row in _own_values(administration, kind)}
    with inside(administration):
        bases = {(base.kind, base.uid): bytes(base.digest) for base in Base.objects.all()}
        kept = Deviation.objects.order_by("kind", "uid", "path").values_list(
            "kind", "uid", "path", "is_pinned", "reason", "review_on", "decided_by"
        )
        deviations = list(kept)
    return Standing({key: (body, own.get(key)) for key, body in found.items()}, keys, bases, deviations)


def _own_values(administration: Administration, kind: Kind) -> list[dict[str, Any]]:
    columns = [local.column for local in kind.root.local]
    return rows(administration, kind.root.table, "uid", *columns) if columns else []


@dataclass
class Settings:
    """Somebody who edits the settings of one administration at random; what the database refuses is not done."""

    administration: Administration
    random: Random

    def edit(self, times: int) -> None:
        with inside(self.administration):
            for _time in range(times):
                deed = self.random.choice(DEEDS)
                try:
                    with transaction.atomic():
                        deed(self)
                except (IntegrityError, ProtectedError, RestrictedError):
                    continue

    def uid(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def any(self, model: type[Model], **wanted: Any) -> Any:
        found = list(model._default_manager.filter(**wanted).order_by("pk"))
        return self.random.choice(found) if found else None

    def make(self) -> None:
        model = self.random.choice([*ITEMS, WorkType, WorkType, Form, Workflow, Scheme])
        name_field, fields = ITEMS[model]
        needed = dict(fields)
        if model is Scheme:
            needed |= {"layout": self.any(Layout), "vat_rate": self.any(VatRate)}
        if None not in needed.values():
            model._default_manager.create(uid=self.uid(), **needed, **{name_field: self.random.choice(NAMES)})

    def rename(self) -> None:
        model = self.random.choice(list(ITEMS))
        if item := self.any(model):
            setattr(item, ITEMS[model][0], self.random.choice(NAMES))
            item.save()

    def swap_names(self) -> None:
        model = self.random.choice(list(ITEMS))
        first, second, name = self.any(model), self.any(model), ITEMS[model][0]
        if first and second and first.pk != second.pk:
            names = getattr(first, name), getattr(second, name)
            for item, value in ((first, "tussendoor"), (second, names[0]), (first, names[1])):
                setattr(item, name, value)
                item.save()

    def describe(self) -> None:
        model = self.random.choice(list(TEXTS))
        if item := self.any(model):
            text = self.random.choice(["EUR", "USD"] if model is Scheme else ["een", "twee"])
            setattr(item, TEXTS[model], text)
            item.save()

    def archive(self) -> None:
        if item := self.any(self.random.choice(list(ITEMS))):
            item.is_archived = not item.is_archived
            item.save()

    def remove(self) -> None:
        if item := self.any(self.random.choice(list(ITEMS))):
            item.delete()

    def prefer(self) -> None:
        if scheme := self.any(Scheme, is_archived=False):
            Scheme.objects.filter(is_default=True).update(is_default=False)
            scheme.is_default = True
            scheme.save()

    def link(self) -> None:
        item, work_type = self.any(self.random.choice([Form, Workflow])), self.any(WorkType)
        if item and work_type:
            toggle = item.work_types.remove if work_type in item.work_types.all() else item.work_types.add
            toggle(work_type)

    def point(self) -> None:
        """A device policy gets a work type, status or payment method as its default; a scheme another e-mail."""
        if self.random.random() < 0.5:
            if scheme := self.any(Scheme):
                scheme.email_template, scheme.vat_rate = self.any(MessageTemplate), self.any(VatRate)
                scheme.save()
        elif policy := self.any(DevicePolicy):
            policy.value, policy.work_type, policy.work_status, policy.payment_method = "", None, None, None
            model, name = self.random.choice(
                [(WorkType, "work_type"), (WorkStatus, "work_status"), (PaymentMethod, "payment_method")]
            )
            setattr(policy, name, self.any(model))
            policy.save()

    def add_step(self) -> None:
        flow = self.any(Workflow)
        kind, model, name = self.random.choice(
            [
                ("predefined_form", Form, "form"),
                ("email", MessageTemplate, "email_template"),
                ("work_status", WorkStatus, "work_status"),
                ("free_fields", FreeField, "free_field"),
            ]
        )
        target = self.any(model)
        if flow and target:
            flow.steps.create(uid=self.uid(), type=kind, position=flow.steps.count() + 1, **{name: target})

    def remove_step(self) -> None:
        if step := self.any(Step):
            step.delete()

    def add_field(self) -> None:
        if form := self.any(Form):
            section = form.sections.first() or Section.objects.create(
                uid=self.uid(), form=form, title=self.random.choice(NAMES), position=1
            )
            letter = self.random.choice("abc")
            section.fields.create(
                uid=self.uid(), label=f"Veld {letter}", reference=letter, position=section.fields.count() + 1
            )

    def edit_field(self) -> None:
        if found := self.any(Field):
            found.help_text = self.random.choice(["een", "twee"])
            found.save()

    def work(self) -> None:
        """Daily data comes to use what stands here."""
        customer, _made = Customer.objects.get_or_create(number=1, defaults={"name": "Klant"})
        status = self.any(WorkStatus)
        if status:
            WorkOrder.objects.create(
                number=WorkOrder.objects.count() + 1,
                customer=customer,
                status=status,
                work_type=self.any(WorkType),
                workflow=self.any(Workflow),
            )

    def keep(self) -> None:
        """Somebody pins a setting that follows the main, or its name, or agrees to leave it as it is."""
        if base := self.any(Base):
            Deviation.objects.create(
                kind=base.kind,
                uid=base.uid,
                path=self.random.choice(["", "name", "description", "is_default"]),
                is_pinned=self.random.random() < 0.7,
                reason="Zo werkt het hier",
                decided_at=timezone.now(),
            )

    def price(self) -> None:
        if hours := self.any(HourType):
            hours.price = self.random.randrange(100)
            hours.save()


DEEDS: list[Callable[[Settings], None]] = [
    Settings.make,
    Settings.make,
    Settings.make,
    Settings.make,
    Settings.rename,
    Settings.rename,
    Settings.swap_names,
    Settings.describe,
    Settings.describe,
    Settings.archive,
    Settings.remove,
    Settings.prefer,
    Settings.link,
    Settings.link,
    Settings.point,
    Settings.add_step,
    Settings.add_step,
    Settings.remove_step,
    Settings.add_field,
    Settings.edit_field,
    Settings.price,
    Settings.work,
    Settings.keep,
]
POLICIES = {
    "changed_locally": ["keep", "put_back"],
    "conflict": ["hold", "keep_local", "overwrite"],
    "removed_locally": ["leave", "bring_back"],
    "removed_in_source": ["keep", "archive", "delete"],
}


def forget_work(*administrations: Administration) -> None:
    """Take daily data away, so that the settings that it uses can be emptied."""
    for administration in administrations:
        with inside(administration):
            WorkOrder.objects.all().delete()
            Customer.objects.all().delete()


def plan_at_random(company: Company, child: Administration, random: Random) -> Any:
    """A preview of everything, with policies and with decisions about some of what can be decided."""
    policies = {name: random.choice(values) for name, values in POLICIES.items()}
    categories = CATEGORIES if random.random() < 0.7 else random.sample(CATEGORIES, 2)
    plan = company.plan(child, categories=categories, policies=policies)
    for change in list(plan.targets.get().changes.order_by("kind", "label", "uid")):
        if random.random() < 0.7:
            plan = _decide(company, child, plan, change.pk, random)
    return plan


def _decide(company: Company, child: Administration, plan: Any, change_pk: int, random: Random) -> Any:
    change = plan.targets.get().changes.filter(pk=change_pk).first()
    if change is None:
        return plan
    sides = {"base": change.base_digest, "source": change.source_digest, "local": change.local_digest}
    words = sorted(allowed_words(**sides, couples=change.couples is not None))
    if change.verdict == "new" or change.verdict == "name_taken":
        words += [Word.COUPLE] * 4
    if change.verdict == "default_taken":
        asked = Asked(change.uid, random.choice([Word.OVERWRITE, Word.KEEP_LOCAL]), path="is_default")
    else:
        asked = Asked(
            change.uid,
            random.choice(words),
            couple_with=_own(child, change.kind, random),
            name=random.choice([*NAMES, "Van de groep"]),
        )
    try:
        return decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=[asked])
    except SyncError:
        return plan


def _own(child: Administration, kind: str, random: Random) -> uuid.UUID | None:
    local = look_at(child)
    own = sorted(key[1] for key in local.entries if key[0] == kind and key not in local.bases)
    return random.choice(own) if own else None
