"""The packages of one sub-administration, and taking those that are optional there."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from audit.models import record
from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import NotOptional
from settings_sync.models import Assignment, Package, TakenPackage
from settings_sync.planning.assigning import PRECEDENCE
from settings_sync.planning.verdicts import Demand
from settings_sync.services.administrations.alignment import count_again
from tenants.models import Administration
from tenants.permissions import require
from tenants.rights import AdministrationRight


@dataclass(frozen=True)
class PackageHere:
    """One package of an administration: what is asked, and whether it was taken where that is its own choice."""

    id: uuid.UUID
    name: str
    demand: Demand
    categories: tuple[str, ...]
    items: int
    excepted: int
    is_everything: bool
    forbids_editing: bool
    is_taken: bool

    @property
    def is_optional(self) -> bool:
        return self.demand == Demand.OPTIONAL


def packages_of(administration: Administration) -> list[PackageHere]:
    """The packages that are assigned to an administration, by name; what is said of itself goes before its groups'."""
    rows = Assignment.objects.filter(package__administration=administration.main).select_related("package")
    taken = set(TakenPackage.objects.filter(administration=administration).values_list("package", flat=True))
    asked: dict[uuid.UUID, list[Assignment]] = {}
    for row in rows:
        if row.administration_id == administration.pk or row.group in administration.groups:
            asked.setdefault(row.package_id, []).append(row)
    found = [_here(given, taken) for given in asked.values()]
    return sorted(found, key=lambda row: row.name.casefold())


def take_package(*, acting_user: User, administration: Administration, package_id: uuid.UUID) -> None:
    """Take a package that is optional here: the next sync brings it. Raises NotAllowed or NotOptional."""
    row = _optional(acting_user, administration, package_id)
    with transaction.atomic():
        _taken, is_new = TakenPackage.objects.get_or_create(
            package_id=row.id, administration=administration, defaults={"taken_by": acting_user}
        )
        if is_new:
            record("package.taken", actor=acting_user, administration=administration, package=str(row.id))
            count_again([administration])


def leave_package(*, acting_user: User, administration: Administration, package_id: uuid.UUID) -> None:
    """Take no part in an optional package any more; what came of it stays. Raises NotAllowed or NotOptional."""
    row = _optional(acting_user, administration, package_id)
    with transaction.atomic():
        gone, _counts = TakenPackage.objects.filter(package_id=row.id, administration=administration).delete()
        if gone:
            record("package.left", actor=acting_user, administration=administration, package=str(row.id))
            count_again([administration])


def _optional(user: User, administration: Administration, package_id: uuid.UUID) -> PackageHere:
    require(user, AdministrationRight.UPDATE, administration)
    found = next((row for row in packages_of(administration) if row.id == package_id), None)
    if found is None or not found.is_optional:
        raise NotOptional(name=found.name if found else "?", where=administration.name)
    return found


def _here(rows: Iterable[Assignment], taken: set[uuid.UUID]) -> PackageHere:
    given = list(rows)
    own = [row for row in given if row.administration_id is not None] or given
    demands = {row.demand for row in own}
    package: Package = given[0].package
    labels = {category.key: str(category.label) for category in all_kinds().categories}
    return PackageHere(
        id=package.pk,
        name=package.name,
        demand=next(demand for demand in PRECEDENCE if demand in demands),
        categories=tuple(labels.get(key, key) for key in package.categories),
        items=len(package.items),
        excepted=len(package.excepted),
        is_everything=package.is_everything,
        forbids_editing=package.forbids_editing,
        is_taken=package.pk in taken,
    )
