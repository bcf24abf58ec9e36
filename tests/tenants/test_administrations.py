"""Creating and deleting administrations: what is accepted, what is refused in words, and what people get."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import AuditEntry
from reference_data.models import WorkType
from settings_sync.models import SyncRun
from settings_sync.services.runs.starting import start_forgotten, start_from_main
from settings_sync.services.targets.reaping import reap
from settings_sync.services.targets.targets import execute_target
from tenants import administrations
from tenants.administrations import (
    create_administration,
    delete_administration,
    licence_use,
    retry_provisioning,
    work_on_administration,
)
from tenants.exceptions import (
    ConfirmationDiffers,
    LicenceCapReached,
    MainCannotBeDeleted,
    NameMissing,
    NameNotUsable,
    NotTheMain,
    SlugTaken,
    WrongState,
)
from tenants.models import Administration, AdministrationsStay, Role
from tenants.permissions import NotAllowed
from tenants.rights import EMPLOYEE_ROLE, AdministrationRight
from tenants.schema_hooks import schema_hooks
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from tests.contracts.world import in_threads

pytestmark = pytest.mark.usefixtures("db")

State = Administration.State


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


@pytest.fixture(scope="module")
def main(standing: None) -> Administration:
    main = make_administration("Hoofd", licence_cap=100)
    with inside(main):
        WorkType.objects.create(name="Onderhoud")
    return main


@pytest.fixture(scope="module")
def owner(main: Administration) -> User:
    return make_member(main)


@pytest.fixture
def full(standing: None) -> tuple[Administration, User]:
    """A main administration of which nothing is made but the row, with place for three."""
    number = Administration.objects.count()
    row = Administration.objects.create(name="Vol", slug=f"vol-{number}", state=State.DELETED, licence_cap=3)
    return row, make_member(row)


class TestTheLicence:
    def test_caps_the_number_of_sub_administrations(self, full: tuple[Administration, User]) -> None:
        main, owner = full
        for number in range(3):
            create_administration(acting_user=owner, main=main, name=f"Sub {main.slug} {number}")
        with pytest.raises(LicenceCapReached, match="3"):
            create_administration(acting_user=owner, main=main, name="Te veel")
        assert licence_use(main) == (3, 3)

    def test_holds_when_eight_are_made_at_once(self, full: tuple[Administration, User]) -> None:
        main, owner = full

        def make(number: int) -> Any:
            return lambda: create_administration(acting_user=owner, main=main, name=f"Sub {main.slug} {number}")

        found = in_threads(*map(make, range(8)))
        assert sorted(type(one).__name__ for one in found) == ["Administration"] * 3 + ["LicenceCapReached"] * 5
        assert main.children.count() == 3
        assert AuditEntry.objects.filter(action="administration.created", data__main=main.slug).count() == 3

    def test_counts_what_failed_and_not_what_was_deleted(self, full: tuple[Administration, User]) -> None:
        main, owner = full
        for state in (State.DELETED, State.FAILED, State.DELETING):
            Administration.objects.create(name=state, slug=f"{main.slug}-{state}", parent=main, state=state)
        assert licence_use(main) == (2, 3)
        create_administration(acting_user=owner, main=main, name=f"Nog een {main.slug}")
        with pytest.raises(LicenceCapReached):
            create_administration(acting_user=owner, main=main, name="Te veel")


class TestTheAddress:
    def test_is_made_of_the_name(self, main: Administration, owner: User) -> None:
        assert create_administration(acting_user=owner, main=main, name="  Café De Été ").slug == "cafe-de-ete"

    def test_that_is_taken_is_said_and_nothing_is_stored(self, main: Administration, owner: User) -> None:
        create_administration(acting_user=owner, main=main, name="Dubbel")
        with pytest.raises(SlugTaken, match="dubbel"):
            create_administration(acting_user=owner, main=main, name="Dubbel!")
        with pytest.raises(SlugTaken):
            create_administration(acting_user=owner, main=main, name="Heel anders", slug="dubbel")
        assert not Administration.objects.filter(name__in=["Dubbel!", "Heel anders"]).exists()

    def test_asked_for_eight_times_at_once_is_given_once(self, main: Administration, owner: User) -> None:
        def make() -> Administration:
            return create_administration(acting_user=owner, main=main, name="Gewild")

        found = in_threads(*[make] * 8)
        assert sorted(type(one).__name__ for one in found) == ["Administration"] + ["SlugTaken"] * 7

    def test_of_another_customer_is_not_said_to_be_taken(self, main: Administration, owner: User) -> None:
        """Neither that of a main administration nor that of a sub; nor does it cost a query more."""
        theirs = make_administration("Andere klant")
        their_sub = make_administration("Andere sub", parent=theirs)

        def make(wish: str) -> tuple[Administration, int]:
            with CaptureQueriesContext(connection) as captured:
                made = create_administration(acting_user=owner, main=main, name=f"Vestiging {wish}", slug=wish)
            return made, len(captured)

        free, queries = make("nog-vrij")
        assert free.slug == "nog-vrij"
        for taken in (theirs, their_sub):
            made, more_queries = make(taken.slug)
            assert made.slug != taken.slug and made.slug.startswith(taken.slug)
            assert (made.state, made.parent) == (free.state, main)
            assert more_queries == queries

    def test_as_long_as_it_may_be_and_taken_elsewhere_stays_within_its_length(
        self, main: Administration, owner: User
    ) -> None:
        Administration.objects.create(name="Lang", slug="a" * 63, state=Administration.State.DELETED)
        made = create_administration(acting_user=owner, main=main, name="Ook lang", slug="a" * 63)
        assert len(made.slug) == 63

    def test_that_another_customer_takes_in_the_same_moment_is_made_longer(
        self, main: Administration, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found_free = administrations._free_address

        def too_late(wish: str, ours: Administration) -> str:
            address = found_free(wish, ours)
            monkeypatch.setattr(administrations, "_free_address", found_free)
            in_threads(lambda: Administration.objects.create(name="Eerder", slug=wish, state="deleted"))
            return address

        monkeypatch.setattr(administrations, "_free_address", too_late)
        made = create_administration(acting_user=owner, main=main, name="Net te laat", slug="net-te-laat")
        assert made.slug.startswith("net-te-laat-")

    def test_of_a_deleted_one_is_free_again(self, main: Administration, owner: User) -> None:
        made = create_administration(acting_user=owner, main=main, name="Opnieuw")
        work_on_administration(made.pk)
        made.refresh_from_db()
        delete_administration(acting_user=owner, administration=made, confirm="opnieuw")
        work_on_administration(made.pk)
        again = create_administration(acting_user=owner, main=main, name="Opnieuw")
        assert (again.slug, again.pk != made.pk) == ("opnieuw", True)


HOSTILE = {
    "quotes": "'; DROP SCHEMA public CASCADE; --\"$$%s{0}",
    "markup": "<script>alert(1)</script>",
    "emoji": "🔧🚿👩🏽‍🔧",
    "right to left": "\u200fשלום \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "200 characters": "é" * 200,
    "backslashes": "\\x00\\'",
    "combining": "e\u0301\u0323" * 20,
}


class TestNames:
    @pytest.mark.parametrize("kind", HOSTILE)
    def test_anything_written_may_be_a_name(self, kind: str, main: Administration, owner: User) -> None:
        made = create_administration(acting_user=owner, main=main, name=HOSTILE[kind])
        made.refresh_from_db()
        assert made.name == made.company_name == HOSTILE[kind]
        assert made.slug and len(made.slug) <= 63
        assert made.slug not in made.schema_name

    def test_a_hostile_one_is_made_and_deleted_like_any_other(self, main: Administration, owner: User) -> None:
        made = create_administration(acting_user=owner, main=main, name=HOSTILE["quotes"], slug="'; DROP")
        assert work_on_administration(made.pk)
        made.refresh_from_db()
        with inside(made):
            assert WorkType.objects.count() == 0
        delete_administration(acting_user=owner, administration=made, confirm=made.slug)
        assert work_on_administration(made.pk)

    @pytest.mark.parametrize("name", ["", " ", "\t\n", "\u00a0"])
    def test_none_is_asked_for(self, name: str, main: Administration, owner: User) -> None:
        with pytest.raises(NameMissing):
            create_administration(acting_user=owner, main=main, name=name)

    @pytest.mark.parametrize("name", ["N\x00UL", "two\nlines", "\x1b[31mred", "half \ud83d", "x" * 201])
    def test_what_cannot_be_stored_or_shown_is_refused_in_words(
        self, name: str, main: Administration, owner: User
    ) -> None:
        before = Administration.objects.count()
        with pytest.raises(NameNotUsable, match="200"):
            create_administration(acting_user=owner, main=main, name=name, slug="bruikbaar")
        assert Administration.objects.count() == before


class TestWhoMay:
    def test_create_needs_the_right_in_the_main(self, main: Administration) -> None:
        with pytest.raises(NotAllowed):
            create_administration(acting_user=make_member(main, EMPLOYEE_ROLE), main=main, name="Stiekem")

    def test_a_sub_administration_has_no_subs(self, main: Administration, owner: User) -> None:
        sub = create_administration(acting_user=owner, main=main, name="Onder")
        with pytest.raises(NotTheMain):
            create_administration(acting_user=owner, main=sub, name="Nog lager")

    def test_the_creator_gets_the_role_that_they_have_in_the_main(self, main: Administration, owner: User) -> None:
        made = create_administration(acting_user=owner, main=main, name="Van mij")
        assert made.memberships.get().role == main.memberships.get(user=owner).role

    def test_retry_and_delete_need_it_too(self, main: Administration, owner: User) -> None:
        made = create_administration(acting_user=owner, main=main, name="Van ons")
        Administration.objects.filter(pk=made.pk).update(state=State.FAILED)
        with pytest.raises(NotAllowed):
            retry_provisioning(acting_user=make_member(main, EMPLOYEE_ROLE), administration=made)
        with pytest.raises(NotAllowed):
            delete_administration(acting_user=make_member(main), administration=made, confirm=made.slug)
        made.refresh_from_db()
        assert made.state == State.FAILED


class TestDeleting:
    def test_the_main_stays(self, main: Administration, owner: User) -> None:
        with pytest.raises(MainCannotBeDeleted):
            delete_administration(acting_user=owner, administration=main, confirm=main.slug)

    def test_is_confirmed_by_its_name_or_slug(self, main: Administration, owner: User) -> None:
        made = self.active(main, owner, "Letter")
        for typed in ("", "lett", "letter x"):
            with pytest.raises(ConfirmationDiffers, match="letter"):
                delete_administration(acting_user=owner, administration=made, confirm=typed)
        made.refresh_from_db()
        assert made.state == State.ACTIVE

    def test_is_accepted_once(self, main: Administration, owner: User) -> None:
        made = self.active(main, owner, "Eenmaal")

        def delete() -> Administration:
            return delete_administration(acting_user=owner, administration=made, confirm="eenmaal")

        found = in_threads(*[delete] * 4)
        assert sorted(type(one).__name__ for one in found) == ["Administration"] + ["WrongState"] * 3
        assert AuditEntry.objects.filter(action="administration.deleting", administration_id=made.pk).count() == 1

    @pytest.mark.parametrize("state", [State.PROVISIONING, State.DELETING, State.DELETED])
    def test_waits_for_what_is_busy(self, state: str, main: Administration, owner: User) -> None:
        made = self.active(main, owner, f"Bezig {state}", state)
        with pytest.raises(WrongState):
            delete_administration(acting_user=owner, administration=made, confirm=made.slug)
        with pytest.raises(WrongState):
            retry_provisioning(acting_user=owner, administration=made)

    def test_a_failed_deletion_is_tried_again_by_who_may_delete(self, main: Administration, owner: User) -> None:
        made = self.active(main, owner, "Half weg", State.FAILED)
        Administration.objects.filter(pk=made.pk).update(migration_head="head")
        made.refresh_from_db()
        role = Role.objects.create(administration=main, name="Maker", rights=[AdministrationRight.CREATE])
        maker = make_member(main)
        maker.memberships.update(role=role)
        with pytest.raises(NotAllowed):
            retry_provisioning(acting_user=maker, administration=made)
        role.rights = [AdministrationRight.DELETE]
        role.save()
        assert retry_provisioning(acting_user=maker, administration=made).state == State.DELETING

    def test_a_row_is_never_deleted(self, main: Administration, owner: User) -> None:
        made = self.active(main, owner, "Rij")
        with pytest.raises(AdministrationsStay, match="delete_administration"):
            made.delete()
        with pytest.raises(AdministrationsStay, match="delete_administration"):
            Administration.objects.filter(pk=made.pk).delete()
        assert Administration.objects.filter(pk=made.pk).exists()

    @staticmethod
    def active(main: Administration, owner: User, name: str, state: str = State.ACTIVE) -> Administration:
        """One that looks like that; most tests need no schema."""
        made = create_administration(acting_user=owner, main=main, name=name)
        Administration.objects.filter(pk=made.pk).update(state=state)
        made.refresh_from_db()
        return made


class TestStartingFromTheMain:
    def runs(self, made: Administration) -> list[SyncRun]:
        return list(SyncRun.objects.filter(targets__administration=made))

    def test_brings_the_settings_once(self, main: Administration, owner: User) -> None:
        made = create_administration(acting_user=owner, main=main, name="Gevuld", start_from=["reference_data"])
        work_on_administration(made.pk)
        (run,) = self.runs(made)
        assert (run.requested_by, run.administration) == (owner, main)
        for target in run.targets.all():
            execute_target(target.pk)
        with inside(made):
            assert WorkType.objects.get().name == "Onderhoud"
        work_on_administration(made.pk)
        reap()
        assert self.runs(made) == [run]

    def test_is_done_by_the_reaper_when_the_worker_was_killed_just_before(
        self, main: Administration, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = create_administration(acting_user=owner, main=main, name="Gestrand", start_from=["reference_data"])
        with monkeypatch.context() as patch:
            patch.setattr(schema_hooks, "welcome", lambda administration: None)
            work_on_administration(made.pk)
        made.refresh_from_db()
        assert (made.state, made.start_from, self.runs(made)) == (State.ACTIVE, ["reference_data"], [])
        reap()
        assert len(self.runs(made)) == 1
        reap()
        assert start_forgotten() == 0
        assert len(self.runs(made)) == 1

    def test_is_done_once_when_worker_and_reaper_come_together(
        self, main: Administration, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = create_administration(acting_user=owner, main=main, name="Samen", start_from=["reference_data"])
        with monkeypatch.context() as patch:
            patch.setattr(schema_hooks, "welcome", lambda administration: None)
            work_on_administration(made.pk)
        found = in_threads(*[lambda: start_from_main(made)] * 4)
        assert sorted(type(one).__name__ for one in found) == ["NoneType"] * 3 + ["SyncRun"]
        assert len(self.runs(made)) == 1

    def test_an_administration_that_starts_empty_is_left_alone(self, main: Administration, owner: User) -> None:
        made = create_administration(acting_user=owner, main=main, name="Leeg")
        work_on_administration(made.pk)
        reap()
        assert self.runs(made) == []
