"""Making, changing, assigning and deleting packages of a main administration."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import User
from audit.models import record
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import (
    AssignedTwice,
    CategoryNotAllowed,
    NothingChosen,
    NotTheMain,
    PackageNameNotUsable,
    PackageNameTaken,
    TooManyPackages,
    UnknownCategory,
    UnknownGroup,
    UnknownItem,
    UnknownTarget,
)
from settings_sync.models import Assignment, Package
from settings_sync.permissions import NotAllowed, may_run_sync, syncable_children
from settings_sync.planning.verdicts import Demand
from settings_sync.services.administrations.alignment import count_again
from settings_sync.services.plans.category_rights import hidden_categories
from tenants.groups import groups_of
from tenants.models import Administration
from tenants.readable_names import is_visible

LONGEST = 100
MOST = 200


@dataclass(frozen=True)
class Contents:
    """Which settings a package holds. With `excepted` and neither of the others it holds everything but those."""

    categories: Sequence[str] = ()
    items: Sequence[uuid.UUID] = ()
    excepted: Sequence[uuid.UUID] | None = None

    @property
    def is_everything(self) -> bool:
        return self.excepted is not None and not self.categories and not self.items


@dataclass(frozen=True)
class Asked:
    """What is asked of a group, by its name, or of one administration, by its slug."""

    demand: Demand
    group: str = ""
    administration: str = ""


def list_packages(*, acting_user: User, main: Administration) -> "QuerySet[Package]":
    """The packages of a main administration, by name; none for who may not sync."""
    if not may_run_sync(acting_user, main):
        return Package.objects.none()
    return Package.objects.filter(administration=main).select_related("created_by")


def find_package(*, acting_user: User, main: Administration, package_id: uuid.UUID) -> Package | None:
    """One of them, or None."""
    return list_packages(acting_user=acting_user, main=main).filter(pk=package_id).first()


def create_package(
    *, acting_user: User, main: Administration, name: str, contents: Contents, forbids_editing: bool = False
) -> Package:
    """Make a package; nobody is to have it before it is assigned.

    Raises NotAllowed, NotTheMain, NothingChosen, UnknownCategory, UnknownItem, CategoryNotAllowed,
    PackageNameNotUsable, PackageNameTaken or TooManyPackages.
    """
    _guard(acting_user, main)
    if Package.objects.filter(administration=main).count() >= MOST:
        raise TooManyPackages(most=MOST)
    package = Package(administration=main, created_by=acting_user, forbids_editing=forbids_editing)
    _fill(acting_user, package, contents)
    _keep(acting_user, package, name, "package.created")
    return package


def update_package(
    *, acting_user: User, package: Package, name: str, contents: Contents, forbids_editing: bool
) -> Package:
    """Let a package be this; who has it is to have the new settings. Raises as `create_package` does."""
    main = package.administration
    _guard(acting_user, main)
    package.forbids_editing = forbids_editing
    _fill(acting_user, package, contents)
    with transaction.atomic():
        _keep(acting_user, package, name, "package.changed")
        count_again(main.children.existing())
    return package


def delete_package(*, acting_user: User, package: Package) -> None:
    """Forget a package with its assignments; nothing of its settings is removed anywhere. Raises NotAllowed."""
    main = package.administration
    _guard(acting_user, main)
    with transaction.atomic():
        record("package.deleted", actor=acting_user, administration=main, package=str(package.pk), name=package.name)
        package.delete()
        count_again(main.children.existing())


def assign_package(*, acting_user: User, package: Package, assignments: Sequence[Asked]) -> None:
    """Say who is to have a package, in place of what was said before; of administrations that the user may not sync to
    everything stays as it was.

    Raises NotAllowed, UnknownGroup, UnknownTarget or AssignedTwice.
    """
    main = package.administration
    _guard(acting_user, main)
    reached = {child.slug: child for child in syncable_children(acting_user, main)}
    with transaction.atomic():
        # One at a time, so that of two who assign at once the last one's list stands, and not a mixture.
        Package.objects.select_for_update(of=("self",)).get(pk=package.pk)
        standing = package.assignments.all()
        known = {*groups_of(list(main.children.existing())), *standing.values_list("group", flat=True)}
        rows = [_assignment(package, asked, reached, known) for asked in assignments]
        _refuse_twice(rows)
        standing.filter(administration=None).delete()
        standing.filter(administration__in=reached.values()).delete()
        Assignment.objects.bulk_create(rows)
        record(
            "package.assigned",
            actor=acting_user,
            administration=main,
            package=str(package.pk),
            name=package.name,
            assignments=[[asked.group or asked.administration, asked.demand] for asked in assignments],
        )
        count_again(main.children.existing())


def assignments_of(*, acting_user: User, packages: Collection[Package]) -> dict[uuid.UUID, list[Assignment]]:
    """Who is to have these packages of one main administration, as far as the user may enter them; one query."""
    found: dict[uuid.UUID, list[Assignment]] = {package.pk: [] for package in packages}
    rows = Assignment.objects.filter(package__in=found).select_related("administration")
    entered = set(Administration.objects.existing().reachable_by(acting_user).values_list("pk", flat=True))
    for row in rows:
        if row.administration_id is None or row.administration_id in entered:
            found[row.package_id].append(row)
    return found


def _guard(user: User, main: Administration) -> None:
    if not main.is_main:
        raise NotTheMain(name=main.name)
    if not may_run_sync(user, main):
        raise NotAllowed("sync.run")


def _fill(user: User, package: Package, contents: Contents) -> None:
    if not (contents.categories or contents.items or contents.is_everything):
        raise NothingChosen
    labels = {category.key: str(category.label) for category in all_kinds().categories}
    for key in contents.categories:
        if key not in labels:
            raise UnknownCategory(key=key)
    main = package.administration
    kinds = {uid: kind for kind, uid in look_at(main, keep_documents=True).entries}
    # What it holds already may be gone from the main administration, and is no reason to refuse the rest.
    kept = {*package.items, *package.excepted}
    named = [*contents.items, *(contents.excepted or ())]
    for uid in named:
        if uid not in kinds and str(uid) not in kept:
            raise UnknownItem(uid=uid)
    hidden = hidden_categories(user, [main])
    wanted = {*contents.categories, *(all_kinds()[kinds[uid]].category.key for uid in named if uid in kinds)}
    for key in sorted(wanted & hidden.keys()):
        raise CategoryNotAllowed(category=labels[key], name=main.name)
    package.categories = sorted(set(contents.categories))
    package.items = sorted({str(uid) for uid in contents.items})
    package.excepted = sorted({str(uid) for uid in contents.excepted or ()})
    package.is_everything = contents.is_everything


def _keep(user: User, package: Package, name: str, action: str) -> None:
    package.name = " ".join(name.split())
    if not is_visible(package.name) or not package.name.isprintable() or len(package.name) > LONGEST:
        raise PackageNameNotUsable(most=LONGEST)
    told = {
        "categories": package.categories,
        "items": package.items,
        "except": package.excepted,
        "everything": package.is_everything,
        "forbids_editing": package.forbids_editing,
    }
    try:
        with transaction.atomic():
            package.save()
            main = package.administration
            record(action, actor=user, administration=main, package=str(package.pk), name=package.name, **told)
    # Asked of the database: two may give one name in the same moment.
    except IntegrityError:
        raise PackageNameTaken(name=package.name) from None


def _assignment(
    package: Package, asked: Asked, reached: dict[str, Administration], groups: Collection[str]
) -> Assignment:
    if asked.group:
        if asked.group not in groups:
            raise UnknownGroup(name=asked.group)
        return Assignment(package=package, group=asked.group, demand=asked.demand)
    if asked.administration not in reached:
        raise UnknownTarget(slug=asked.administration)
    return Assignment(package=package, administration=reached[asked.administration], demand=asked.demand)


def _refuse_twice(rows: Sequence[Assignment]) -> None:
    seen = set()
    for row in rows:
        key = (row.group, row.administration_id)
        if key in seen:
            raise AssignedTwice(name=row.group or row.administration)
        seen.add(key)
