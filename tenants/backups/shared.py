"""What the shared schema says of an administration itself, for its backup: its row, who may enter it, its own roles.

Tokens, webhooks, plans, runs and the trail stay where they are.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User

from ..company import COMPANY_FIELDS
from ..exceptions import BackupDamaged
from ..models import Administration, Membership, Role
from ..rights import all_rights
from .archive import MANIFEST, Manifest

OWN_FIELDS = ("slug", "name", "groups", "licence_cap")


@dataclass(frozen=True)
class Access:
    """How many people may enter, and who could not be given what they had: no account here, or no such role."""

    people: int
    left_out: tuple[str, ...]


def describe(administration: Administration) -> dict[str, Any]:
    """The administration's own row, and which main administration it is part of."""
    main = administration.parent
    return {
        "id": str(administration.pk),
        "main": {"id": str(main.pk), "slug": main.slug} if main else None,
        **{name: getattr(administration, name) for name in (*OWN_FIELDS, *COMPANY_FIELDS)},
    }


def describe_memberships(administration: Administration) -> list[dict[str, Any]]:
    """Who may enter, by e-mail address, with which role; `own` for a role of the main administration's own."""
    found = administration.memberships.select_related("user", "role").order_by("user__email")
    return [
        {"email": row.user.email, "role": row.role.name, "own": row.role.administration_id is not None} for row in found
    ]


def describe_roles(administration: Administration) -> list[dict[str, Any]]:
    """The roles that a main administration made itself."""
    return [{"name": role.name, "rights": role.rights} for role in administration.roles.order_by("name")]


def described_row(manifest: Manifest, *, slug: str, main: Administration | None) -> Administration:
    """A row that is not saved: with the uuid of the backup, unless that one is or was here. Raises BackupDamaged."""
    described = manifest.administration
    try:
        known = uuid.UUID(described["id"])
        made = Administration(
            pk=uuid.uuid4() if Administration.objects.filter(pk=known).exists() else known,
            parent=main,
            **{name: described[name] for name in (*OWN_FIELDS, *COMPANY_FIELDS) if name != "slug"},
            slug=slug,
        )
        made.clean_fields()
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError):
        raise BackupDamaged(part=MANIFEST) from None
    return made


def put_company_details_back(administration: Administration, manifest: Manifest) -> None:
    """Give a row that stays the company details of the backup. Raises BackupDamaged."""
    try:
        for name in COMPANY_FIELDS:
            setattr(administration, name, manifest.administration[name])
        administration.clean_fields()
    except (KeyError, ValidationError):
        raise BackupDamaged(part=MANIFEST) from None
    administration.save(update_fields=list(COMPANY_FIELDS))


def give_access(administration: Administration, manifest: Manifest) -> Access:
    """Let those in who could enter, as far as they have an account here and there is such a role."""
    _make_roles(administration, manifest)
    users = _users(row["email"] for row in manifest.memberships)
    roles = _roles(administration.main)
    left_out = []
    members = []
    for row in manifest.memberships:
        user = users.get(row["email"].lower())
        role = roles.get((row["own"], row["role"]))
        if user is None or role is None:
            left_out.append(row["email"])
        else:
            members.append(Membership(user=user, administration=administration, role=role))
    Membership.objects.bulk_create(members)
    return Access(len(members), tuple(left_out))


def _make_roles(administration: Administration, manifest: Manifest) -> None:
    """The roles of its own, with the rights that exist here."""
    Role.objects.bulk_create(
        Role(administration=administration, name=row["name"], rights=sorted(set(row["rights"]) & set(all_rights())))
        for row in manifest.roles
        if administration.is_main
    )


def _users(emails: Iterable[str]) -> dict[str, User]:
    lower = [email.lower() for email in emails]
    found = User.objects.annotate(lower=Lower("email")).filter(lower__in=lower, is_active=True)
    return {user.email.lower(): user for user in found}


def _roles(main: Administration) -> dict[tuple[bool, str], Role]:
    found = Role.objects.filter(Q(administration=None) | Q(administration=main))
    return {(role.administration_id is not None, role.name): role for role in found}
