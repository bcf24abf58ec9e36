"""The companies of the demo, their administrations and the people in them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher

from accounts.models import User
from tenants.administration_schema import create_schema
from tenants.administrations import create_administration, work_on_administration
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE, EMPLOYEE_ROLE, rights_of_built_in
from tenants.schemas import inside

from .daily.filling import Amount, shift_sequences

PASSWORD = "demo"  # nosec B105 # everybody knows it
USUAL = Amount(customers=220, work_orders=360, quotations=110)


@dataclass(frozen=True)
class Branch:
    """One administration: where it works, and how much there is to see."""

    slug: str
    name: str
    region: str
    amount: Amount = USUAL


@dataclass(frozen=True)
class Company:
    """A main administration with its branches."""

    main: Branch
    branches: tuple[Branch, ...]


VAN_DIJK = Company(
    Branch("van-dijk", "Van Dijk Groep", "midden"),
    (
        Branch("van-dijk-noord", "Van Dijk Noord", "noord"),
        Branch("van-dijk-oost", "Van Dijk Oost", "oost"),
        Branch("van-dijk-zuid", "Van Dijk Zuid", "zuid"),
        Branch("van-dijk-west", "Van Dijk West", "west"),
        Branch("van-dijk-service", "Van Dijk Service", "midden"),
    ),
)
DE_BOER = Company(
    Branch("de-boer", "De Boer Techniek", "holland"),
    (Branch("de-boer-a", "De Boer Alkmaar", "holland"), Branch("de-boer-b", "De Boer Breda", "zuid")),
)


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in, and what they are there."""

    email: str
    name: str
    about: str


ACCOUNTS = {
    "beheerder": Account("beheerder@van-dijk.example", "Beheerder Van Dijk", "everything in Van Dijk"),
    "planner": Account("planner@van-dijk.example", "Planner Van Dijk", "work orders in Van Dijk, no settings"),
    "noord": Account("noord@van-dijk.example", "Beheerder Noord", "everything in Van Dijk Noord alone"),
    "de_boer": Account("beheerder@de-boer.example", "Beheerder De Boer", "everything in De Boer"),
    "support": Account("support@eenlijn.example", "Support Eenlijn", "the admin pages of the product"),
}
People = dict[str, User]


def make_people(accounts: Mapping[str, Account] = ACCOUNTS) -> People:
    """Every account, all with one password; hashed quickly, because everybody knows it. A sign-in hashes it anew."""
    hasher = get_hasher()
    quickly = {"iterations": 1000} if isinstance(hasher, PBKDF2PasswordHasher) else {}
    password = hasher.encode(PASSWORD, hasher.salt(), **quickly)
    users = User.objects.bulk_create(
        User(
            email=account.email,
            name=account.name,
            password=password,
            is_staff=key == "support",
            is_superuser=key == "support",
        )
        for key, account in accounts.items()
    )
    return dict(zip(accounts, users, strict=True))


def make_main(branch: Branch, administrator: User) -> Administration:
    """A main administration with its schema, and who runs it."""
    main = Administration.objects.create(slug=branch.slug, name=branch.name)
    create_schema(main)
    main.state = Administration.State.ACTIVE
    main.save(update_fields=["state"])
    _make_member(administrator, main, ADMINISTRATOR_ROLE)
    return _settle(main, branch)


def make_branch(branch: Branch, main: Administration, administrator: User) -> Administration:
    """A sub-administration, made as an administrator makes one; who makes it runs it."""
    made = create_administration(acting_user=administrator, main=main, name=branch.name, slug=branch.slug)
    # A worker that runs already may have taken it up first.
    while not work_on_administration(made.pk) and _is_being_made(made):
        time.sleep(0.1)
    made.refresh_from_db()
    return _settle(made, branch)


def _is_being_made(administration: Administration) -> bool:
    administration.refresh_from_db()
    return administration.state == Administration.State.PROVISIONING


def make_employee(user: User, administrations: list[Administration]) -> None:
    """Give somebody work in these administrations, and no settings."""
    for administration in administrations:
        _make_member(user, administration, EMPLOYEE_ROLE)


def make_administrator(user: User, administration: Administration) -> None:
    _make_member(user, administration, ADMINISTRATOR_ROLE)


def _make_member(user: User, administration: Administration, role: str) -> None:
    built_in, _is_new = Role.objects.get_or_create(
        administration=None, name=role, defaults={"rights": rights_of_built_in(role)}
    )
    Membership.objects.create(user=user, administration=administration, role=built_in)


def _settle(administration: Administration, branch: Branch) -> Administration:
    """Company details of its own, and keys that start elsewhere than those of any other administration."""
    place = Administration.objects.count()
    administration.company_name = f"{branch.name} B.V."
    administration.company_street = f"Ambachtsweg {place * 11}"
    administration.company_postcode = f"{3500 + place * 421 % 6000} AB"
    administration.company_city = {
        "noord": "Groningen",
        "oost": "Zwolle",
        "zuid": "Eindhoven",
        "west": "Rotterdam",
    }.get(branch.region, "Utrecht")
    administration.company_email = f"info@{branch.slug}.example"
    administration.company_phone = f"030 555 {place:02} {place * 7:02}"
    administration.company_vat_number = f"NL8000000{place:02}B01"
    administration.company_iban = _iban(f"DEMO0{300000000 + place * 1117}")
    administration.save()
    with inside(administration):
        shift_sequences(administration, by=1000 * place)
    return administration


def _iban(account: str) -> str:
    """The Dutch number of this account, with the check digits that belong to it (ISO 13616)."""
    digits = "".join(str(int(character, 36)) for character in f"{account}NL00")
    return f"NL{98 - int(digits) % 97:02}{account}"
