"""Creating and deleting administrations: accepted at once, carried out by a worker, visible all the while."""

import unicodedata
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.text import slugify
from django.utils.translation import gettext_noop
from structlog.contextvars import bound_contextvars

from accounts.models import User
from accounts.support_rights import SupportRight, may_support
from audit.models import record

from . import leases
from .administration_schema import create_schema, remove_schema
from .exceptions import (
    ConfirmationDiffers,
    LicenceCapReached,
    MainCannotBeDeleted,
    NameHidesSomething,
    NameInvisible,
    NameMissing,
    NameNotUsable,
    NotTheMain,
    SlugTaken,
    TooManyGroups,
    WrongState,
)
from .failpoints import reach
from .groups import MOST as MOST_GROUPS
from .groups import name_of_group
from .migrating import refresh_template
from .models import Administration, Membership
from .permissions import may, require
from .readable_names import has_hidden, is_visible
from .rights import AdministrationRight, Right, SyncRight
from .schema_hooks import schema_hooks
from .waking import WORK_ON_ADMINISTRATION, send_messages, wake_administrations

NAME_LENGTH = 200
ADDRESS_LENGTH = 63
WORKER_STOPPED = gettext_noop("The worker that was busy with it stopped, time after time.")


def licence_use(main: Administration) -> tuple[int, int]:
    """How many sub-administrations the main administration has, and how many it may have."""
    return main.children.existing().count(), main.licence_cap


PACKAGES_OF_GROUPS = "packages"
"""Among what a new administration starts with: no category, but what its groups are to have."""


def create_administration(
    *,
    acting_user: User,
    main: Administration,
    name: str,
    slug: str = "",
    start_from: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> Administration:
    """Accept a new sub-administration; a worker makes its schema. `start_from` names categories of the main's settings.
    In `groups` it begins with what those are to have, where its creator may sync.

    The creator gets the role there that they have in the main administration; starting from the main's settings is a
    sync and needs that right as well. Raises NotAllowed, NotTheMain, NameMissing, NameInvisible, NameHidesSomething,
    NameNotUsable, GroupNameNotUsable, TooManyGroups, LicenceCapReached, or SlugTaken when the customer itself has that
    address already. An address that another customer has is not refused, for that would tell that they exist: it gets
    some characters more.
    """
    require(acting_user, AdministrationRight.CREATE, main)
    if start_from:
        require(acting_user, SyncRight.RUN, main)
    if groups:
        require(acting_user, AdministrationRight.UPDATE, main)
    if not main.is_main:
        raise NotTheMain
    check_name(name)
    named = sorted({name_of_group(main, group) for group in groups}, key=str.casefold)
    if len(named) > MOST_GROUPS:
        raise TooManyGroups(name=name.strip(), most=MOST_GROUPS)
    if named and may(acting_user, SyncRight.RUN, main):
        start_from = [*start_from, PACKAGES_OF_GROUPS]
    wish = address_for(slug or name)
    accept = partial(_accept, acting_user, main.pk, name.strip(), wish, start_from, named)
    try:
        return accept()
    except IntegrityError:
        # Another customer took the address after it was found free: now it is found taken.
        return accept()


def check_name(name: str) -> None:
    """Refuse what is no name of an administration.

    Raises NameMissing, NameInvisible, NameNotUsable or NameHidesSomething.
    """
    if not name.strip():
        raise NameMissing
    if not is_visible(name):
        raise NameInvisible
    if len(name.strip()) > NAME_LENGTH or not _is_text(name):
        raise NameNotUsable(most=NAME_LENGTH)
    if has_hidden(name):
        raise NameHidesSomething


def address_for(text: str) -> str:
    """An address made of a wish or a name."""
    return slugify(text)[:ADDRESS_LENGTH] or f"administratie-{uuid.uuid4().hex[:6]}"


def _is_text(name: str) -> bool:
    """Whether the database can hold it: no control characters, no halves of characters."""
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in name)


@transaction.atomic
def _accept(
    user: User, main_id: uuid.UUID, name: str, wish: str, start_from: Sequence[str], groups: Sequence[str]
) -> Administration:
    main = Administration.objects.select_for_update().get(pk=main_id)
    used, cap = licence_use(main)
    if used >= cap:
        raise LicenceCapReached(cap=cap)
    slug = _free_address(wish, main)
    made = Administration.objects.create(
        name=name,
        slug=slug,
        parent=main,
        start_from=list(start_from),
        groups=list(groups),
        created_by=user,
        company_name=name,
    )
    role = Membership.objects.get(user=user, administration=main).role
    Membership.objects.create(user=user, administration=made, role=role)
    record("administration.created", actor=user, administration=made, main=main.slug)
    wake_administrations([made.pk])
    return made


def _free_address(wish: str, main: Administration) -> str:
    """The wish, or with some characters more where another customer has it. Raises SlugTaken for one of our own.

    One query whatever comes out, so that the time it takes tells nothing either.
    """
    holder = Administration.objects.filter(slug=wish).first()
    longer = f"{wish[: ADDRESS_LENGTH - 5]}-{uuid.uuid4().hex[:4]}"
    if holder is None:
        return wish
    if main.pk in (holder.pk, holder.parent_id):
        raise SlugTaken(slug=wish)
    return longer


def retry_provisioning(*, acting_user: User, administration: Administration, reason: str = "") -> Administration:
    """Try again to make, or to delete, an administration where that failed: by its own people, or by support.

    Raises NotAllowed or WrongState.
    """
    if not may_support(acting_user, SupportRight.HELP):
        require(acting_user, right_to_retry(administration), administration.main)
    with transaction.atomic():
        row = Administration.objects.select_for_update(of=("self",)).get(pk=administration.pk)
        if row.state != Administration.State.FAILED:
            raise WrongState(state=row.state)
        row.state = Administration.State.DELETING if row.was_made else Administration.State.PROVISIONING
        row.state_detail = ""
        row.attempts = 0
        row.not_before = None
        row.save(update_fields=["state", "state_detail", "attempts", "not_before"])
        record("administration.retried", actor=acting_user, administration=row, note=reason)
        wake_administrations([row.pk])
    return row


def right_to_retry(administration: Administration) -> Right:
    """What trying again takes: the right to do what failed."""
    return AdministrationRight.DELETE if administration.was_made else AdministrationRight.CREATE


def delete_administration(*, acting_user: User, administration: Administration, confirm: str) -> Administration:
    """Accept that a sub-administration goes, with everything in it; `confirm` must be its name or its slug.

    Raises NotAllowed, MainCannotBeDeleted, ConfirmationDiffers or WrongState.
    """
    require(acting_user, AdministrationRight.DELETE, administration.main)
    require(acting_user, AdministrationRight.DELETE, administration)
    if administration.is_main:
        raise MainCannotBeDeleted
    if not administration.is_named_by(confirm):
        raise ConfirmationDiffers(name=administration.name, slug=administration.slug)
    with transaction.atomic():
        row = Administration.objects.select_for_update(of=("self",)).get(pk=administration.pk)
        if row.state not in (Administration.State.ACTIVE, Administration.State.FAILED):
            raise WrongState(state=row.state)
        row.state = Administration.State.DELETING
        row.attempts = 0
        row.not_before = None
        row.save(update_fields=["state", "attempts", "not_before"])
        record("administration.deleting", actor=acting_user, administration=row)
        wake_administrations([row.pk])
    return row


WORKING = (Administration.State.PROVISIONING, Administration.State.DELETING)


def work_on_administration(administration_id: uuid.UUID) -> bool:
    """Carry out what was accepted for one administration; safe to call any number of times. Returns whether it was.

    What goes wrong is noted and raised; what may pass is tried again later. A process that is told to stop meanwhile
    (SystemExit) gives it back for another one, and ends.
    """
    token = uuid.uuid4()
    with leases.given_back_when_stopped(
        Administration,
        administration_id,
        token,
        wake=lambda: send_messages(WORK_ON_ADMINISTRATION, [administration_id]),
    ):
        return _work(administration_id, token)


def _work(administration_id: uuid.UUID, token: uuid.UUID) -> bool:
    taken = _waiting().filter(pk=administration_id, attempts__lt=settings.SYNC_MAX_ATTEMPTS)
    if not taken.update(lease_token=token, leased_until=Now() + leases.lease(), attempts=F("attempts") + 1):
        return False
    administration = Administration.objects.get(pk=administration_id)
    with bound_contextvars(administration=administration.slug):
        return _carry_out(administration, token)


def _carry_out(administration: Administration, token: uuid.UUID) -> bool:
    try:
        with leases.kept(administration, token):
            if administration.state == Administration.State.PROVISIONING:
                _provision(administration, token)
            else:
                _remove(administration, token)
    except Exception as error:
        if leases.was_told_to_stop(error):
            raise
        connection.close_if_unusable_or_obsolete()
        _note_failure(administration, token, error)
        raise
    return True


def _waiting() -> QuerySet[Administration]:
    """Those that are being created or deleted, and nobody is busy with them."""
    return Administration.objects.filter(leases.has_run_out(), leases.is_due(), state__in=WORKING)


def _provision(administration: Administration, token: uuid.UUID) -> None:
    refresh_template()
    with transaction.atomic():
        _hold_lease(administration, token)
        create_schema(administration)
        reach("provision.after-schema")
        _finish(administration, token, state=Administration.State.ACTIVE, state_detail="")
        record("administration.ready", administration=administration)
        schema_hooks.make_ready(administration)
    reach("provision.after-commit")
    administration.refresh_from_db()
    schema_hooks.welcome(administration)


def _remove(administration: Administration, token: uuid.UUID) -> None:
    """Drop the schema; the row stays, nameless to the world, because runs and the trail point at it."""
    with schema_hooks.turn(administration.schema_name), transaction.atomic():
        _hold_lease(administration, token)
        remove_schema(administration)
        reach("delete.after-schema")
        administration.memberships.all().delete()
        slug = f"{administration.slug[:40]}-deleted-{uuid.uuid4().hex[:8]}"
        _finish(administration, token, state=Administration.State.DELETED, slug=slug)
        record("administration.deleted", administration=administration)


WORK_LOCK = 4713


def _hold_lease(administration: Administration, token: uuid.UUID) -> None:
    """Refuse a worker that woke up after its lease ended and somebody else took over.

    Only one works at a time, and the row is not locked: its lease is renewed there meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [WORK_LOCK, administration.schema_name])
    Administration.objects.get(pk=administration.pk, lease_token=token)


def _finish(administration: Administration, token: uuid.UUID, **fields: Any) -> None:
    mine = Administration.objects.filter(pk=administration.pk, lease_token=token)
    if not mine.update(**fields, lease_token=None, leased_until=None, not_before=None):
        raise Administration.DoesNotExist


def _note_failure(administration: Administration, token: uuid.UUID, error: Exception) -> None:
    may_pass = isinstance(error, OperationalError) or administration.state == Administration.State.DELETING
    goes_on = may_pass and administration.attempts < settings.SYNC_MAX_ATTEMPTS
    Administration.objects.filter(pk=administration.pk, lease_token=token).update(
        state=administration.state if goes_on else Administration.State.FAILED,
        state_detail=str(error).strip().split("\n")[0],
        not_before=Now() + leases.pause_after(administration.attempts),
        lease_token=None,
        leased_until=None,
    )


def administrations_to_wake() -> list[uuid.UUID]:
    """Those that wait for a worker: being created or deleted, and nobody is busy with them."""
    return list(_waiting().filter(attempts__lt=settings.SYNC_MAX_ATTEMPTS).values_list("pk", flat=True))


def give_up_poisoned_administrations() -> int:
    """End what was tried as often as allowed, and whose last worker is gone. Returns how many."""
    poisoned = _waiting().filter(attempts__gte=settings.SYNC_MAX_ATTEMPTS)
    return poisoned.update(
        state=Administration.State.FAILED, state_detail=WORKER_STOPPED, lease_token=None, leased_until=None
    )
