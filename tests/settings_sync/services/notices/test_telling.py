"""Who is told how a sync ended, what it changed where they work, and what waits for them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from notices.models import Notice, NoticeChoice
from notices.services.reading import in_words
from reference_data.models import WorkType
from settings_sync.models import Finding, Plan, PlanTarget, SyncRun, SyncTarget
from settings_sync.services.notices.kinds import CHANGED, DECISION, FINISHED, READY, TROUBLE
from settings_sync.services.notices.telling import tell_of_run
from settings_sync.services.runs.announcing import announce_run
from settings_sync.services.runs.runs import finish_run_when_done, lock_run
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Administration, Membership, Role
from tenants.schema_hooks import schema_hooks
from tenants.schemas import inside
from tests.conftest import make_member
from tests.contracts.world import Company, make_company
from webhooks.models import MailChoice, OutboxMessage
from webhooks.services.mailing import choose_mail

pytestmark = pytest.mark.usefixtures("db")
FORMS_ONLY = ["forms.read"]


@pytest.fixture
def db(standing: None) -> Iterator[None]:
    """The database stands for this module; what people were told goes after each test."""
    yield
    for model in (Notice, NoticeChoice, OutboxMessage, MailChoice):
        model.objects.all().delete()


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration, Administration]:
    company = make_company()
    return company, company.child("Noord"), company.child("Oost")


@pytest.fixture
def company(standing_company: Any) -> Company:
    company, *children = standing_company
    company.sweep(*children)
    with inside(company.main):
        WorkType.objects.create(name="Storing")
    return company


@pytest.fixture
def children(standing_company: Any) -> tuple[Administration, Administration]:
    return standing_company[1:]


@pytest.fixture
def planner(children: Any) -> Iterator[User]:
    """Somebody who works in both administrations and not in the main one."""
    user = make_member(children[0])
    make_member(children[1], user=user)
    yield user
    user.memberships.all().delete()


def told(user: User) -> list[tuple[str, str]]:
    """The kind and the words of what somebody was told, in English."""
    notices = Notice.objects.filter(user=user).order_by("created_at")
    with translation.override("en"):
        return [(row.notice.kind, row.words.text) for row in in_words(user, list(notices))]


def end(company: Company, state: str, *, held: int = 0, kind: str = "sync", by: User | None = None) -> SyncRun:
    """A made-up run of the owner that ended so, told as a worker tells it."""
    plan = Plan.objects.create(
        kind=kind, administration=company.main, requested_by=company.owner, expires_at=timezone.now()
    )
    run = SyncRun.objects.create(
        plan=plan, administration=company.main, state=state, finished_at=timezone.now(),
        requested_by=by or company.owner, note="Nieuwe eisen",
    )  # fmt: skip
    planned = PlanTarget.objects.create(plan=plan, administration=company.main, position=0)
    SyncTarget.objects.create(
        run=run, administration=company.main, plan_target=planned, state="held", counts={"hold": held}
    )
    with transaction.atomic():
        announce_run(run)
    return run


@pytest.mark.parametrize(
    ("state", "held", "kind", "words"),
    [
        ("succeeded", 0, FINISHED, "Your sync from Van Dijk is done."),
        ("cancelled", 0, FINISHED, "Your sync from Van Dijk was stopped."),
        ("succeeded", 2, TROUBLE, "Your sync from Van Dijk is done; something was held back."),
        ("partly_held", 2, TROUBLE, "Your sync from Van Dijk is done; something was held back."),
        ("partly_failed", 0, TROUBLE, "Your sync from Van Dijk failed in some administrations."),
        ("failed", 0, TROUBLE, "Your sync from Van Dijk failed. Nothing was changed."),
    ],
)
def test_who_asked_for_it_is_told_how_it_ended(company, state, held, kind, words):
    end(company, state, held=held)
    assert told(company.owner) == [(kind, words)]


def test_taking_back_is_told_in_its_own_words(company):
    end(company, "succeeded", kind="undo")
    assert told(company.owner) == [(FINISHED, "Your sync from Van Dijk is taken back.")]


def test_what_was_held_waits_for_others_who_may_decide_it(company, children):
    colleague = make_member(company.main)
    employee = make_member(company.main, role="Medewerker")
    end(company, "partly_held", held=1)
    words = "A sync from Van Dijk, asked for by Someone, held something back. It waits for a decision."
    assert told(colleague) == [(DECISION, words)]
    assert told(employee) == []
    end(company, "succeeded")
    assert len(told(colleague)) == 1


def test_who_gets_the_mail_about_every_run_gets_one_mail(company, settings):
    settings.SENDS_MAIL = True
    choose_mail(acting_user=company.owner, main=company.main, when="always", language="en")
    end(company, "failed")
    assert list(OutboxMessage.objects.values_list("event", flat=True)) == ["run.mail"]
    MailChoice.objects.all().delete()
    end(company, "failed")
    assert list(OutboxMessage.objects.order_by("created_at").values_list("event", flat=True))[1:] == ["notices.mail"]


def test_people_are_told_once_what_a_sync_changed_in_all_their_administrations(company, children, planner):
    company.sync(*children, categories=["reference_data"])
    assert told(planner) == [(CHANGED, "Van Dijk changed settings in Noord and Oost.")]
    assert told(company.owner) == [(FINISHED, "Your sync from Van Dijk is done.")]
    (row,) = in_words(planner, list(Notice.objects.filter(user=planner)))
    targets = {str(target.administration.slug): target.pk for target in SyncTarget.objects.filter(state="succeeded")}
    assert [link.address for link in row.words.links] == [
        f"/a/{child.slug}/settings/administrations/news/{targets[child.slug]}/" for child in children
    ]


def test_nobody_is_told_of_what_they_may_not_see_or_what_nothing_came_of(company, children):
    noord, _oost = children
    role = Role.objects.create(administration=company.main, name="Formulieren", rights=FORMS_ONLY)
    blind = User.objects.create_user("alleen-formulieren@example.com", "demo", name="Someone")
    Membership.objects.create(user=blind, administration=noord, role=role)
    other = make_member(noord)
    company.sync(noord, categories=["reference_data"])
    assert (told(blind), len(told(other))) == ([], 1)
    company.sync(noord, categories=["reference_data"])
    assert len(told(other)) == 1


def test_a_sync_that_is_taken_back_is_told_as_that(company, children, planner):
    run = company.sync(children[0], categories=["reference_data"])
    company.run(create_undo_plan(acting_user=company.owner, run=run), confirmation=company.main.slug)
    assert told(planner)[1] == (CHANGED, "Van Dijk took a sync back in Noord.")


def test_what_was_held_at_the_last_moment_counts_for_nothing(company, children, planner):
    run = company.sync(children[0], categories=["reference_data"])
    Notice.objects.all().delete()
    target = run.targets.get()
    for change in target.plan_target.changes.all():
        Finding.objects.create(target=target, kind=change.kind, uid=change.uid, label="x", code="moved")
    with transaction.atomic():
        tell_of_run(run, [target], 1, ())
    assert told(planner) == []


def test_a_run_that_ends_twice_is_told_once(company, children, planner):
    run = company.sync(children[0], categories=["reference_data"])
    with transaction.atomic():
        assert not finish_run_when_done(lock_run(run.pk))
        tell_of_run(run, list(run.targets.all()), 0, ())
    assert len(told(planner)) == 1


def test_more_people_and_administrations_take_no_more_statements(company, children, planner):
    def statements(*chosen: Administration) -> int:
        run = company.sync(*chosen, categories=["reference_data"])
        Notice.objects.all().delete()
        targets = list(run.targets.all())
        with transaction.atomic(), CaptureQueriesContext(connection) as asked:
            tell_of_run(run, targets, 0, ())
        return len(asked)

    few = statements(children[0])
    for _ in range(10):
        make_member(children[1])
    with inside(company.main):
        WorkType.objects.create(name="Keuring")
    assert statements(*children) == few


def test_a_new_administration_is_told_to_who_made_it(company):
    made = company.child("Nieuw")
    Administration.objects.filter(pk=made.pk).update(created_by=company.owner)
    made.refresh_from_db()
    with transaction.atomic():
        schema_hooks.make_ready(made)
    assert told(company.owner) == [(READY, "Nieuw is ready. You can work in it.")]
