"""A customer with everything that an address can point at, and everybody who must not reach it."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, Scope, User
from accounts.support_rights import SupportRight
from business.models import Customer, FilledForm, Invoice, Quotation, WorkOrder
from forms_catalog.models import Form, Section
from people.models import Invitation
from reference_data.models import Logo, WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import read_documents
from settings_sync.models import (
    Change,
    InboxDecision,
    InboxDeviation,
    InboxEntry,
    InboxQuestion,
    Package,
    SavedChoice,
    StandingOrder,
)
from settings_sync.planning.verdicts import WRITING
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from settings_sync.services.versions.working import parts_in
from sync_ledger.models import Deviation, Draft
from templates_catalog.models import Attachment, MessageTemplate, Scheme, Variable
from tenants.models import Administration, Membership, Role
from tenants.schemas import inside
from tenants.tokens import create_own_token
from tests.conftest import make_administration, make_member
from tests.contracts.samples import Filler
from tests.contracts.waiting import wait_for_approval
from tests.contracts.world import Company, make_company
from webhooks.events import Event
from webhooks.services.endpoints import create_endpoint, send_test
from workflows.models import Workflow

PAGES_OF_A_SUB = ("kept", "kept-withdraw", "kept-item", "packages-here", "package-take", "questions")
NEWS_PAGES = ("news", "news-setting")
DRAFT_PAGES = ("draft", "draft-begin", "draft-publish", "draft-discard")
PART_PAGES = ("new_field", "edit_part", "move_part", "duplicate_part", "delete_part")
FORM_PAGES = ("work-order-form", "work-order-form-so-far", "work-order-form-print", "work-order-photo")
SECRET_WORD = "Zeldzaamwoord"
"""Stands in every text of the customer, and nowhere else."""


@dataclass
class World:
    """The customer, the sample values of addresses, and the people."""

    company: Company
    child: Administration
    samples: dict[str, dict[str, Any]]
    stranger: User
    powerless: User
    other_main: Administration

    def samples_of(self, name: str) -> dict[str, Any]:
        """The values for the address of a route: those of all, then of its app, then its own."""
        space = name.rpartition(":")[0]
        return {**self.samples[""], **self.samples.get(space, {}), **self.samples.get(name, {})}


@pytest.fixture(scope="module")
def world(standing: None) -> World:
    company = make_company("Van Dijk")
    child = company.child("Noord")
    fill(company, child, SECRET_WORD)
    other_main = make_administration("De Boer")
    powerless = make_powerless(company.main, child)
    return World(
        company, child, make_samples(company, child, SECRET_WORD), make_member(other_main), powerless, other_main
    )


def fill(company: Company, child: Administration, word: str) -> None:
    """Settings of every kind and daily data in both, with this word in every text."""
    for administration in (company.main, child):
        with inside(administration), transaction.atomic():
            filler = Filler(word)
            filler.everything(2)
            filler.daily_data(2)
            Variable.objects.create(name="eigen", value=word)
            Logo.objects.create(media_type="image/png", content=word.encode())
            uid, worked_on = Form.objects.values_list("uid", flat=True)[:2]
            Deviation.objects.create(
                kind="forms_catalog.form", uid=uid, is_pinned=True, reason=word, decided_at=timezone.now()
            )
            key = ("forms_catalog.form", worked_on)
            body = dict(read_documents(administration.schema_name, {key})[key].body)
            Draft.objects.create(kind=key[0], uid=worked_on, body=body, parts=parts_in(body), base=b"", label=word)


def make_powerless(*administrations: Administration) -> User:
    """Somebody who may enter these administrations, and has no right there."""
    user = make_member(administrations[0])
    role = Role.objects.create(administration=administrations[0], name="Niets", rights=[])
    user.memberships.update(role=role)
    for administration in administrations[1:]:
        Membership.objects.create(user=user, administration=administration, role=role)
    return user


def make_deviation(company: Company, child: Administration, word: str) -> InboxDecision:
    """A text that is otherwise in the sub, as an entry of the inbox, and what was asked about it."""
    kind = "templates_catalog.messagetemplate"
    with inside(company.main):
        uid = MessageTemplate.objects.all()[0].uid
    entry = InboxEntry.objects.create(
        id=uuid.uuid4(), administration=company.main, kind=kind, category="templates", uid=uid, label=word
    )
    found = InboxDeviation.objects.create(
        entry=entry, administration=child, kind=kind, uid=uid, edited_by=word, found_at=timezone.now()
    )
    decision = InboxDecision.objects.create(
        administration=company.main, entry=entry, word="ask", reason=word, decided_by=company.owner, by_name=word
    )
    InboxQuestion.objects.create(deviation=found, decision=decision)
    return decision


def make_samples(company: Company, child: Administration, word: str) -> dict[str, dict[str, Any]]:
    """What stands in addresses: things that are really there."""
    main, owner = company.main, company.owner
    with inside(main):
        Form.objects.create(name=f"{word} voor {child}")
    plan = company.plan(child, categories=["forms"])
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    target = run.targets.get()
    execute_target(target.pk)
    written = Change.objects.filter(plan_target__sync_target=target, action__in=WRITING)[0]
    in_news = {"slug": child.slug, "target_id": target.pk, "change_id": written.pk}
    open_plan = company.plan(child, categories=["templates"])
    change = Change.objects.filter(plan_target__plan=open_plan, kind="templates_catalog.messagetemplate").first()
    endpoint = create_endpoint(acting_user=owner, main=main, url="https://example.com/hook", events=list(Event.values))
    message = send_test(acting_user=owner, endpoint=endpoint)
    token, _secret = create_own_token(acting_user=owner, main=main, scopes=Scope.values, name=word)
    choice = SavedChoice.objects.create(administration=main, name=word, created_by=owner)
    approval = wait_for_approval(owner, main, child, f"{word} wacht")
    package = Package.objects.create(administration=main, name=word, categories=["forms"])
    order = StandingOrder.objects.create(
        administration=main, name=word, package=package, groups=[word], when={"kind": "nightly", "at": "02:00"},
        since=timezone.now(), state="paused", by_right_of=owner,
    )  # fmt: skip
    decided = make_deviation(company, child, word)
    role = Role.objects.create(administration=main, name=word, rights=[])
    invitation = Invitation.objects.create(
        administration=main, email=f"{word.lower()}@example.com", role=role, language="nl", invited_by=owner
    )
    with inside(child):
        kept = Deviation.objects.all()[0]
        own = WorkType.objects.create(name=f"{word} van {child}")
        in_sub = {"slug": child.slug, "deviation_id": kept.pk, "uid": kept.uid, "package_id": package.pk}
    with inside(main):
        draft = Draft.objects.get()
        form, section = Form.objects.all()[0], Section.objects.all()[0]
        work_order, filled = WorkOrder.objects.all()[0], FilledForm.objects.all()[0]
        attached = Attachment.objects.select_related("template")[0]
        photo = filled.photos.create(question=word, media_type="image/png", content=word.encode())
        return {
            "": {
                "slug": main.slug, "child": child.slug, "there": child.slug, "plan_id": open_plan.pk, "run_id": run.pk,
                "change_id": change.pk, "own": own.uid,
                "package_id": package.pk, "approval_id": approval.pk, "order_id": order.pk, "number": 1,
                "entry_id": decided.entry_id, "decision_id": decided.pk,
                "choice_id": choice.pk, "role_id": role.pk, "token_id": token.pk, "webhook_id": endpoint.pk,
                "membership_id": owner.memberships.get(administration=main).pk, "invitation_id": invitation.pk,
                "message_id": message.pk, "delivery_id": message.pk, "administration_id": child.pk,
                "kind": "forms_catalog.form", "uid": form.uid, "key": "forms", "side": "after",
            },
            "help-topic": {"topic": "overview"}, "guide": {"topic": "overview"},
            "notices": {"notice_id": uuid.UUID(int=7)},
            "account": {"key": "x:y:z", "number": "x", "token": "x-y"},
            **samples_of_catalogs(),
            "business": {"number": work_order.number, "position": 1, "pk": filled.pk},
            "business:customer-detail": {"number": Customer.objects.all()[0].number},
            "business:customer-edit": {"number": Customer.objects.all()[0].number},
            "business:quotation-detail": {"number": Quotation.objects.all()[0].number},
            "business:invoice-detail": {"pk": Invoice.objects.all()[0].pk},
            **{f"business:{name}": {"number": filled.work_order.number, "uid": photo.uid} for name in FORM_PAGES},
            "forms_catalog": {"kind": "sections"},
            **{f"forms_catalog:{name}": {"uid": section.uid} for name in PART_PAGES},
            "reference_data": {"code_list": "work-types", "uid": WorkType.objects.all()[0].uid},
            "workflows": {"uid": Workflow.objects.all()[0].uid},
            "templates": {
                "section": "messages", "uid": MessageTemplate.objects.all()[0].uid,
                "variable_id": Variable.objects.all()[0].pk,
            },
            "templates:make_default": {"uid": Scheme.objects.all()[0].uid},
            "templates:attachment": {"uid": attached.template.uid, "attachment": attached.uid},
            "sync:difference-sheet": {
                "kind": "templates_catalog.messagetemplate", "uid": MessageTemplate.objects.all()[0].uid,
            },
            **{f"sync:{name}": {"uid": draft.uid} for name in DRAFT_PAGES},
            **{f"api:{name}": {"slug": main.slug, "uid": draft.uid} for name in ("draft", "publish-draft")},
            **{f"sync:{name}": in_sub for name in PAGES_OF_A_SUB},
            **{f"sync:{name}": in_news for name in NEWS_PAGES},
            "sync:run-change": {"change_id": written.pk},
            "api:item": {"slug": main.slug}, "api:alignment-over-time": {"slug": main.slug},
            "api:target-changes": {"slug": child.slug},
            "api:administration": {"slug": child.slug}, "api:retry-creation": {"slug": child.slug},
            "daily-data": {
                "customer_id": Customer.objects.all()[0].uid, "work_order_id": work_order.uid,
                "quotation_id": Quotation.objects.all()[0].uid, "invoice_id": Invoice.objects.all()[0].uid,
            },
        }  # fmt: skip


def samples_of_catalogs() -> dict[str, dict[str, Any]]:
    """For the pages of each catalog the first item of its first kind; what else an address needs is said above."""
    models = {kind.root.model._meta.app_label: kind.root.model for kind in reversed(list(all_kinds()))}
    return {app: {"uid": model._default_manager.values_list("uid", flat=True)[0]} for app, model in models.items()}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def acting_for(user: User) -> Client:
    """A browser in which support acts on behalf of this user."""
    rights = list(SupportRight.values)
    staff = User.objects.create_user(f"{uuid.uuid4().hex}@example.com", is_staff=True, support_rights=rights)
    client = signed_in(staff)
    begun = client.post(reverse("admin:accounts_user_act_on_behalf", args=[user.pk]), {"reason": "Op verzoek"})
    assert begun.headers["Location"] == "/"
    return client


def with_token(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def token_of(user: User, main: Administration, scopes: list[str] | None = None) -> tuple[ApiToken, Client]:
    """A new token of this user with these scopes or all, and a program that uses it."""
    token, secret = create_own_token(acting_user=user, main=main, scopes=Scope.values if scopes is None else scopes)
    return token, with_token(secret)
