"""Creating and deleting administrations: accepted at once, carried out by a worker, visible all the while."""

import unicodedata
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.text import slugify

from audit.models import record

from .exceptions import (
    ConfirmationDiffers,
    LicenceCapReached,
    MainCannotBeDeleted,
    NameMissing,
    NameNotUsable,
    NotTheMain,
    SlugTaken,
    WrongState,
)
from .migrating import refresh_template
from .models import Administration, Membership
from .permissions import require
from .preparing import preparations
from .provisioning import create_schema, remove_schema
from .rights import Right
from .waking import wake_administrations

NAME_LENGTH = 200


def licence_use(main: Administration) -> tuple[int, int]:
    """How many sub-administrations the main administration has, and how many it may have."""
    return main.children.existing().count(), main.licence_cap


def create_administration(
    *, acting_user: Any, main: Administration, name: str, slug: str = "", start_from: Sequence[str] = ()
) -> Administration:
    """Accept a new sub-administration; a worker makes its schema. `start_from` names categories of the main's settings.

    The creator gets the role there that they have in the main administration; starting from the main's settings is a
    sync and needs that right as well. Raises NotAllowed, NotTheMain, NameMissing, NameNotUsable,
    LicenceCapReached or SlugTaken.
    """
    require(acting_user, Right.ADMINISTRATIONS_CREATE, main)
    if start_from:
        require(acting_user, Right.SYNC_RUN, main)
    if not main.is_main:
        raise NotTheMain
    if not name.strip():
        raise NameMissing
    if len(name.strip()) > NAME_LENGTH or not _is_text(name):
        raise NameNotUsable(most=NAME_LENGTH)
    slug = slugify(slug or name)[:63] or f"administratie-{uuid.uuid4().hex[:6]}"
    try:
        with transaction.atomic():
            return _accept(acting_user, main.pk, name.strip(), slug, start_from)
    except IntegrityError:
        raise SlugTaken(slug=slug) from None


def _is_text(name: str) -> bool:
    """Whether the database can hold it: no control characters, no halves of characters."""
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in name)


def _accept(user: Any, main_id: uuid.UUID, name: str, slug: str, start_from: Sequence[str]) -> Administration:
    main = Administration.objects.select_for_update().get(pk=main_id)
    used, cap = licence_use(main)
    if used >= cap:
        raise LicenceCapReached(cap=cap)
    made = Administration.objects.create(
        name=name, slug=slug, parent=main, start_from=list(start_from), created_by=user, company_name=name
    )
    role = Membership.objects.get(user=user, administration=main).role
    Membership.objects.create(user=user, administration=made, role=role)
    record("administration.created", actor=user, administration=made, main=main.slug)
    wake_administrations([made.pk])
    return made


def retry_provisioning(*, acting_user: Any, administration: Administration) -> Administration:
    """Try again to make, or to delete, an administration where that failed. Raises NotAllowed or WrongState."""
    require(acting_user, Right.ADMINISTRATIONS_CREATE, administration.main)
    with transaction.atomic():
        row = Administration.objects.select_for_update(of=("self",)).get(pk=administration.pk)
        if row.state != Administration.State.FAILED:
            raise WrongState(state=row.get_state_display())
        # Whatever has a schema was being deleted when it failed; making it again would bring it back empty.
        row.state = Administration.State.DELETING if row.migration_head else Administration.State.PROVISIONING
        row.state_detail, row.attempts = "", 0
        row.save(update_fields=["state", "state_detail", "attempts"])
        record("administration.retried", actor=acting_user, administration=row)
        wake_administrations([row.pk])
    return row


def delete_administration(*, acting_user: Any, administration: Administration, confirm: str) -> Administration:
    """Accept that a sub-administration goes, with everything in it; `confirm` must be its slug.

    Raises NotAllowed, MainCannotBeDeleted, ConfirmationDiffers or WrongState.
    """
    require(acting_user, Right.ADMINISTRATIONS_DELETE, administration.main)
    require(acting_user, Right.ADMINISTRATIONS_DELETE, administration)
    if administration.is_main:
        raise MainCannotBeDeleted
    if confirm != administration.slug:
        raise ConfirmationDiffers(slug=administration.slug)
    with transaction.atomic():
        row = Administration.objects.select_for_update(of=("self",)).get(pk=administration.pk)
        if row.state not in (Administration.State.ACTIVE, Administration.State.FAILED):
            raise WrongState(state=row.get_state_display())
        row.state, row.attempts = Administration.State.DELETING, 0
        row.save(update_fields=["state", "attempts"])
        record("administration.deleting", actor=acting_user, administration=row)
        wake_administrations([row.pk])
    return row


WORKING = (Administration.State.PROVISIONING, Administration.State.DELETING)


def work_on_administration(administration_id: uuid.UUID) -> bool:
    """Carry out what was accepted for one administration; safe to call any number of times. Returns whether it was."""
    token = uuid.uuid4()
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    taken = Administration.objects.filter(free, pk=administration_id, state__in=WORKING).update(
        lease_token=token,
        leased_until=Now() + timedelta(seconds=settings.SYNC_LEASE_SECONDS),
        attempts=F("attempts") + 1,
    )
    if not taken:
        return False
    administration = Administration.objects.get(pk=administration_id)
    try:
        if administration.state == Administration.State.PROVISIONING:
            _provision(administration, token)
        else:
            _remove(administration, token)
    except Exception as error:
        _note_failure(administration, token, error)
        raise
    return True


def _provision(administration: Administration, token: uuid.UUID) -> None:
    refresh_template()
    with transaction.atomic():
        _hold_lease(administration, token)
        create_schema(administration)
        Administration.objects.filter(pk=administration.pk).update(
            state=Administration.State.ACTIVE, state_detail="", lease_token=None, leased_until=None
        )
        record("administration.ready", administration=administration)
    administration.refresh_from_db()
    for created in preparations.created:
        created(administration)


def _remove(administration: Administration, token: uuid.UUID) -> None:
    """Drop the schema; the row stays, nameless to the world, because runs and the trail point at it."""
    with transaction.atomic():
        _hold_lease(administration, token)
        remove_schema(administration)
        administration.memberships.all().delete()
        Administration.objects.filter(pk=administration.pk).update(
            state=Administration.State.DELETED,
            slug=f"{administration.slug[:40]}-deleted-{uuid.uuid4().hex[:8]}",
            lease_token=None,
            leased_until=None,
        )
        record("administration.deleted", administration=administration)


def _hold_lease(administration: Administration, token: uuid.UUID) -> None:
    """Refuse a worker that woke up after its lease ended and somebody else took over."""
    Administration.objects.select_for_update(of=("self",)).get(pk=administration.pk, lease_token=token)


def _note_failure(administration: Administration, token: uuid.UUID, error: Exception) -> None:
    mine = Administration.objects.filter(pk=administration.pk, lease_token=token)
    failed = administration.state == Administration.State.PROVISIONING or (
        administration.attempts >= settings.SYNC_MAX_ATTEMPTS
    )
    state = Administration.State.FAILED if failed else administration.state
    detail = str(error).strip().split("\n")[0]
    mine.update(state=state, state_detail=detail, lease_token=None, leased_until=None)


def administrations_to_wake() -> list[uuid.UUID]:
    """Those that wait for a worker: being created or deleted, and nobody is busy with them."""
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    return list(Administration.objects.filter(free, state__in=WORKING).values_list("pk", flat=True))
