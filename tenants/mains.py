"""A new customer: a main administration, and the account of who runs it. Only operators do this, in the terminal."""

from django.db import IntegrityError, transaction

from accounts.models import User
from audit.models import record

from .administrations import address_for, check_name
from .exceptions import SlugTaken, StaffIsNoMember
from .models import Administration, Membership, Role
from .rights import ADMINISTRATOR_ROLE, rights_of_built_in
from .waking import wake_administrations

LICENCE_CAP = 10


def create_main_administration(
    *, name: str, administrator: str, slug: str = "", licence_cap: int = LICENCE_CAP
) -> tuple[Administration, bool]:
    """Accept a new main administration, run by who has the e-mail address `administrator`; a worker makes its schema.

    Returns it, and whether an account was made for that address: one without a password, which `changepassword` gives.
    Raises NameMissing, NameInvisible, NameNotUsable, NameHidesSomething, SlugTaken or StaffIsNoMember.
    """
    check_name(name)
    slug = address_for(slug or name)
    try:
        with transaction.atomic():
            made = Administration.objects.create(
                name=name.strip(), slug=slug, licence_cap=licence_cap, company_name=name.strip()
            )
            is_new = _make_administrator(made, administrator)
            record("administration.created", administration=made, licence_cap=licence_cap, door="terminal")
            wake_administrations([made.pk])
    except IntegrityError:
        raise SlugTaken(slug=slug) from None
    return made, is_new


def _make_administrator(main: Administration, email: str) -> bool:
    user = User.objects.filter(email__iexact=email).first()
    if user is not None and user.is_staff:
        raise StaffIsNoMember(email=email)
    role, _is_new = Role.objects.get_or_create(
        administration=None, name=ADMINISTRATOR_ROLE, defaults={"rights": rights_of_built_in(ADMINISTRATOR_ROLE)}
    )
    Membership.objects.create(user=user or User.objects.create_user(email), administration=main, role=role)
    return user is None
