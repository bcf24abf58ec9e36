"""Roles of a main administration: making, editing and deleting them, and what nobody can do with them."""

from typing import Any

import pytest
from django.apps import apps

from accounts.models import User
from audit.models import AuditEntry
from business.rights import CustomerRight, InvoiceRight
from forms_catalog.rights import FormRight
from people.rights import PeopleRight
from settings_sync.declaring.kinds import all_kinds
from tenants import rights
from tenants.exceptions import (
    NobodyLeft,
    NobodyLeftElsewhere,
    RightsNotYours,
    RoleInUse,
    RoleInUseElsewhere,
    RoleMoved,
    RoleNameInvisible,
    RoleNameTaken,
    StandardRole,
)
from tenants.models import Administration, Membership, Role
from tenants.permissions import NotAllowed, may
from tenants.rights import (
    ADMINISTRATOR_ROLE,
    EMPLOYEE_ROLE,
    Module,
    Right,
    RoleRight,
    all_modules,
    all_rights,
    rights_of_built_in,
)
from tenants.roles import complete_built_in_roles, create_role, delete_role, role_mark, update_role
from tests.conftest import make_member

pytestmark = pytest.mark.django_db

FORMS = [FormRight.READ, FormRight.UPDATE]


@pytest.fixture
def main(db: None) -> Administration:
    """Without a schema: nothing here looks into one."""
    return Administration.objects.create(name="Van Dijk", slug="van-dijk", state="active")


@pytest.fixture
def child(main: Administration) -> Administration:
    return Administration.objects.create(name="Noord", slug="noord", parent=main, state="active")


@pytest.fixture
def made(owner: User, main: Administration) -> Role:
    return create_role(acting_user=owner, main=main, name=" Magazijn ", rights=FORMS)


@pytest.fixture
def limited(main: Administration) -> User:
    """Somebody who may manage roles, and edit forms and no more."""
    return make_holder(main, Role.objects.create(administration=main, name="Chef", rights=[RoleRight.MANAGE, *FORMS]))


def make_holder(administration: Administration, role: Role, name: str = "Anneke") -> User:
    user = User.objects.create_user(f"{name}-{administration.slug}@example.com".lower(), "demo", name=name)
    Membership.objects.create(user=user, administration=administration, role=role)
    return user


def membership_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def trail() -> dict[str, Any]:
    entry = AuditEntry.objects.filter(action__startswith="role.").latest("at")
    return {"action": entry.action, "who": entry.actor, "where": entry.administration_name, **entry.data}


def test_the_rights_of_a_module_are_called_after_it_and_each_module_has_a_place_of_its_own():
    modules = all_modules()
    assert [right for right in all_rights() if not any(right.startswith(f"{module.key}.") for module in modules)] == []
    for module in modules:
        assert {right.partition(".")[0] for right in module.rights} == {module.key}
    assert len({module.place for module in modules}) == len(modules) > 10


def test_every_category_has_its_rights():
    wanted = {f"{category.key}.{verb}" for category in all_kinds().categories for verb in ("read", "update")}
    assert wanted and wanted <= set(all_rights())


class SlotRight(Right):
    CREATE = "slots.create", "slots: create"
    READ = "slots.read", "slots: read"


@pytest.fixture
def slots(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rights of an app that was added to the product."""
    monkeypatch.setattr("tenants.rights._registered", dict(rights._registered))
    rights.register(Module(85, "Slots", SlotRight, for_employees=(SlotRight.READ,)))


@pytest.mark.parametrize("signal", [{"apps": apps}, {}], ids=["migrate", "flush"])
def test_the_built_in_roles_get_the_rights_that_an_app_brings(made, owner, main, slots, signal):
    employee = make_member(main, EMPLOYEE_ROLE)
    before = made.rights
    complete_built_in_roles(**signal)
    assert may(owner, SlotRight.CREATE, main)
    assert may(employee, SlotRight.READ, main) and not may(employee, SlotRight.CREATE, main)
    made.refresh_from_db()
    assert made.rights == before


def test_a_right_that_an_app_brings_can_be_given_in_its_place(owner, main, slots):
    Role.objects.filter(administration=None).update(rights=rights_of_built_in(ADMINISTRATOR_ROLE))
    asked = [SlotRight.READ, CustomerRight.READ, FormRight.READ]
    made = create_role(acting_user=owner, main=main, name="Slots", rights=asked)
    assert made.rights == [FormRight.READ, SlotRight.READ, CustomerRight.READ]


def test_a_role_is_made_and_stands_in_the_trail(made, owner, main):
    assert (made.name, made.rights, made.administration) == ("Magazijn", list(FORMS), main)
    assert trail() == {
        "action": "role.created",
        "who": owner,
        "where": "Van Dijk",
        "role": "Magazijn",
        "rights": list(FORMS),
    }


def test_an_edit_holds_at_once_and_the_trail_tells_what_changed(made, owner, main):
    holder = make_holder(main, made)
    update_role(acting_user=owner, role=made, name="Balie", rights=[FormRight.READ, CustomerRight.READ])
    assert may(holder, CustomerRight.READ, main)
    assert not may(holder, FormRight.UPDATE, main)
    told = trail()
    assert (told["action"], told["role"], told["former_name"]) == ("role.updated", "Balie", "Magazijn")
    assert (told["added"], told["removed"]) == (["customers.read"], ["forms.update"])


def test_who_may_not_manage_roles_does_nothing_with_them(made, colleague, main):
    for attempt in (
        lambda: create_role(acting_user=colleague, main=main, name="X", rights=[]),
        lambda: update_role(acting_user=colleague, role=made, name="X", rights=[]),
        lambda: delete_role(acting_user=colleague, role=made, instead={}),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_the_administrator_of_a_sub_does_nothing_with_the_roles_of_the_main(made, child):
    manager = make_member(child)
    with pytest.raises(NotAllowed):
        update_role(acting_user=manager, role=made, name="X", rights=[])


def test_nobody_gives_or_takes_away_what_they_may_not_do_themselves(limited, main, owner):
    with pytest.raises(RightsNotYours, match=r"invoices|facturen"):
        create_role(acting_user=limited, main=main, name="Kassa", rights=[FormRight.READ, InvoiceRight.READ])
    sales = create_role(acting_user=owner, main=main, name="Verkoop", rights=[InvoiceRight.READ])
    with pytest.raises(RightsNotYours):
        update_role(acting_user=limited, role=sales, name="Verkoop", rights=[])
    changed = update_role(acting_user=limited, role=sales, name="Verkoop", rights=[InvoiceRight.READ, *FORMS])
    assert set(changed.rights) == {InvoiceRight.READ, *FORMS}


def test_nobody_gives_more_by_way_of_another_role(limited, main, made):
    holder = make_holder(main, made, "Bas")
    administrator = Role.objects.get(administration=None, name=ADMINISTRATOR_ROLE)
    with pytest.raises(RightsNotYours):
        delete_role(acting_user=limited, role=made, instead={membership_of(holder).pk: administrator})
    assert membership_of(holder).role == made


def test_the_standard_roles_stay_as_they_are(owner):
    for role in Role.objects.filter(administration=None):
        with pytest.raises(StandardRole):
            update_role(acting_user=owner, role=role, name="X", rights=[])
        with pytest.raises(StandardRole):
            delete_role(acting_user=owner, role=role, instead={})


@pytest.mark.parametrize("name", ["magazijn", "MEDEWERKER", "beheerder"])
def test_two_roles_never_have_one_name(made, owner, main, colleague, name):
    with pytest.raises(RoleNameTaken):
        create_role(acting_user=owner, main=main, name=name, rights=[])


def test_one_name_written_in_two_ways_is_one_name(owner, main):
    create_role(acting_user=owner, main=main, name="Caf\u00e9", rights=[])
    with pytest.raises(RoleNameTaken):
        create_role(acting_user=owner, main=main, name="Cafe\u0301", rights=[])


@pytest.mark.parametrize("name", ["", " ", "\u200b", "Plan\u00adner"])
def test_a_role_has_a_name_that_people_can_read(made, owner, main, name):
    with pytest.raises(RoleNameInvisible):
        update_role(acting_user=owner, role=made, name=name, rights=FORMS)


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(made, owner):
    seen = role_mark(made)
    update_role(acting_user=owner, role=made, name="Magazijn", rights=[FormRight.READ], seen=seen)
    with pytest.raises(RoleMoved):
        update_role(acting_user=owner, role=made, name="Magazijn", rights=FORMS, seen=seen)


def test_who_had_a_deleted_role_gets_the_one_that_was_chosen(made, owner, main, child):
    make_member(child, user=owner)
    other = create_role(acting_user=owner, main=main, name="Balie", rights=[CustomerRight.READ])
    holders = make_holder(main, made), make_holder(child, made, "Bas")
    with pytest.raises(RoleInUse, match=r"Anneke \(Van Dijk\), Bas \(Noord\)|Bas \(Noord\), Anneke \(Van Dijk\)"):
        delete_role(acting_user=owner, role=made, instead={})
    delete_role(acting_user=owner, role=made, instead={membership_of(user).pk: other for user in holders})
    assert {membership_of(user).role for user in holders} == {other}
    assert not Role.objects.filter(pk=made.pk).exists()
    told = trail()
    assert told["action"] == "role.deleted"
    given = {"anneke-van-dijk@example.com @ van-dijk: Balie", "bas-noord@example.com @ noord: Balie"}
    assert set(told["instead"]) == given


def test_a_role_of_another_customer_is_nobodys_replacement(made, owner, main):
    holder = make_holder(main, made)
    foreign = Role.objects.create(administration=make_administration_row("De Boer"), name="Geheim", rights=[])
    for wrong in (foreign, made):
        with pytest.raises(RoleInUse):
            delete_role(acting_user=owner, role=made, instead={membership_of(holder).pk: wrong})


def test_people_elsewhere_keep_a_role_from_being_deleted_without_being_named(made, owner, child, main):
    other = create_role(acting_user=owner, main=main, name="Balie", rights=[])
    holder = make_holder(child, made, "Geheim")
    with pytest.raises(RoleInUseElsewhere) as refused:
        delete_role(acting_user=owner, role=made, instead={membership_of(holder).pk: other})
    assert "Geheim" not in str(refused.value)


class TestWhoMayManageUsers:
    """Somebody in an administration keeps that right, whichever way a role goes."""

    RIGHTS = (PeopleRight.MANAGE, FormRight.READ)

    @pytest.fixture
    def chiefs(self, owner: User, main: Administration, child: Administration) -> Role:
        """The role of the only one who may manage the users of the sub-administration."""
        role = create_role(acting_user=owner, main=main, name="Chef", rights=self.RIGHTS)
        make_holder(child, role)
        make_holder(main, role, "Bas")
        return role

    def test_the_last_holder_keeps_it_when_a_role_is_edited(self, chiefs, owner, child):
        make_member(child, EMPLOYEE_ROLE, owner)
        with pytest.raises(NobodyLeft, match="Noord"):
            update_role(acting_user=owner, role=chiefs, name="Chef", rights=[FormRight.READ])
        assert set(Role.objects.get(pk=chiefs.pk).rights) == {*self.RIGHTS}

    def test_an_administration_that_one_may_not_enter_is_not_named(self, chiefs, owner):
        with pytest.raises(NobodyLeftElsewhere) as refused:
            update_role(acting_user=owner, role=chiefs, name="Chef", rights=[])
        assert "Noord" not in str(refused.value)

    def test_what_is_not_about_users_may_go(self, chiefs, owner):
        update_role(acting_user=owner, role=chiefs, name="Chef", rights=[PeopleRight.MANAGE])

    def test_it_may_go_where_somebody_else_has_it(self, chiefs, owner, child):
        make_member(child, user=owner)
        update_role(acting_user=owner, role=chiefs, name="Chef", rights=[])

    def test_somebody_whose_account_is_closed_does_not_count(self, chiefs, owner, child):
        make_member(child, EMPLOYEE_ROLE, owner)
        User.objects.filter(pk=make_holder(child, chiefs, "Weg").pk).update(is_active=False)
        other = create_role(acting_user=owner, main=child.parent, name="Balie", rights=[FormRight.READ])
        instead = {held.pk: other for held in chiefs.memberships.filter(user__is_active=True)}
        closed = chiefs.memberships.get(user__is_active=False)
        with pytest.raises(NobodyLeft):
            delete_role(acting_user=owner, role=chiefs, instead={**instead, closed.pk: other})


def make_administration_row(name: str) -> Administration:
    return Administration.objects.create(name=name, slug=name.lower().replace(" ", "-"), state="active")
