"""A customer: a main administration, the account of who runs it, and its licence. Only operators do this."""

from django.db import IntegrityError, transaction

from accounts.models import User
from audit.models import record

from .administrations import address_for, check_name, licence_use
from .exceptions import LicenceCapNotUsable, LicenceCapTooLow, SlugTaken, StaffIsNoMember, UnknownMain
from .models import Administration, Membership, Role
from .rights import ADMINISTRATOR_ROLE, rights_of_built_in
from .waking import wake_administrations

LICENCE_CAP = 10
MOST_SUBS = 100_000


def create_main_administration(
    *, name: str, administrator: str, slug: str = "", licence_cap: int = LICENCE_CAP
) -> tuple[Administration, bool]:
    """Accept a new main administration, run by who has the e-mail address `administrator`; a worker makes its schema.

    Returns it, and whether an account was made for that address: one without a password, which `changepassword` gives.
    Raises NameMissing, NameInvisible, NameNotUsable, NameHidesSomething, LicenceCapNotUsable, SlugTaken or
    StaffIsNoMember.
    """
    check_name(name)
    _check_licence_cap(licence_cap)
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


@transaction.atomic
def set_licence_cap(*, slug: str, licence_cap: int) -> tuple[Administration, int]:
    """Let a main administration (its slug) have this many sub-administrations.

    Returns it, and how many it has now. Raises LicenceCapNotUsable, UnknownMain, or LicenceCapTooLow when it has more.
    """
    _check_licence_cap(licence_cap)
    # Who makes a sub-administration locks the same row: none is made between counting and setting.
    main = Administration.objects.existing().mains().select_for_update().filter(slug=slug).first()
    if main is None:
        raise UnknownMain(slug=slug)
    used, former = licence_use(main)
    if licence_cap < used:
        raise LicenceCapTooLow(name=main.name, cap=licence_cap, used=used)
    if licence_cap != former:
        main.licence_cap = licence_cap
        main.save(update_fields=["licence_cap"])
        record("licence_cap.set", administration=main, former=former, licence_cap=licence_cap, door="terminal")
    return main, used


def _check_licence_cap(licence_cap: int) -> None:
    if not 0 <= licence_cap <= MOST_SUBS:
        raise LicenceCapNotUsable(most=MOST_SUBS)


def _make_administrator(main: Administration, email: str) -> bool:
    user = User.objects.filter(email__iexact=email).first()
    if user is not None and user.is_staff:
        raise StaffIsNoMember(email=email)
    role, _is_new = Role.objects.get_or_create(
        administration=None, name=ADMINISTRATOR_ROLE, defaults={"rights": rights_of_built_in(ADMINISTRATOR_ROLE)}
    )
    Membership.objects.create(user=user or User.objects.create_user(email), administration=main, role=role)
    return user is None
