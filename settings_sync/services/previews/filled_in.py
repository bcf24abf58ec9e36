"""An item with placeholders as it would be read in each administration: with the values of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from settings_sync.declaring.options import Shown
from settings_sync.models import Change, Document, Plan
from settings_sync.permissions import syncable_children
from settings_sync.planning.verdicts import Action
from settings_sync.services.plans.local_values import local_values_of, read_values
from tenants.models import Administration
from tenants.schemas import inside

Body = Mapping[str, Any]


@dataclass(frozen=True)
class FilledIn:
    """One administration, and what is worth knowing of the item there."""

    slug: str
    name: str
    warnings: tuple[str, ...]


def can_be_filled_in(kind: str) -> bool:
    """Whether items of this kind have placeholders, and can be shown with the values of an administration."""
    local_values = local_values_of(kind)
    return local_values is not None and local_values.can_show


def look_everywhere(
    main: Administration, kind: str, documents: Iterable[tuple[Administration, Body]]
) -> list[FilledIn]:
    """Each administration with what is worth knowing of its document; one query per administration."""
    return [
        FilledIn(administration.slug, administration.name, tuple(_warnings(main, administration, kind, body)))
        for administration, body in documents
    ]


def show_there(administration: Administration, kind: str, document: Body) -> Shown:
    """A document filled in with the values of one administration, and samples for what daily data fills in."""
    local_values = local_values_of(kind)
    assert local_values is not None
    # What the main administration shares comes along with the item, and may not be there yet.
    with inside(administration.parent or administration):
        shared = local_values.read_shared()
    return local_values.show(document, {**shared, **read_values(administration, [kind])[kind]})


def documents_of(*, acting_user: User, plan: Plan, change: Change) -> list[tuple[Administration, Body]]:
    """What stands in each administration of a plan once it is carried out, of the item of this change.

    Administrations that the user may not sync to are left out. A fixed number of queries.
    """
    allowed = {child.pk for child in syncable_children(acting_user, plan.administration)}
    rows = plan.targets.filter(administration__in=allowed).select_related("administration")
    there = {row.plan_target_id: row for row in Change.objects.filter(plan_target__plan=plan, uid=change.uid)}
    digests = [(row.administration, _digest(there.get(row.pk), change)) for row in rows]
    wanted = {digest for _administration, digest in digests if digest}
    bodies = {bytes(key): body for key, body in Document.objects.filter(pk__in=wanted).values_list("pk", "body")}
    # The documents of an old run are pruned, while its page stays.
    return [(administration, bodies[digest]) for administration, digest in digests if digest in bodies]


def _warnings(main: Administration, there: Administration, kind: str, document: Body) -> list[str]:
    local_values = local_values_of(kind)
    assert local_values is not None
    missing = local_values.warn_of_missing(local_values.names_in(document), read_values(there, [kind])[kind])
    literals = local_values.warn_of_literals(document, local_values.own_details(main), main.name)
    return [local_values.in_words(warned) for warned in (*literals, *missing)]


def _digest(there: Change | None, asked: Change) -> bytes | None:
    """The document that will stand there; where the item is in line already, that is the main's."""
    if there is None:
        found = asked.source_digest
    elif there.action in (Action.KEEP, Action.SKIP, Action.DELETE):
        found = there.local_digest or there.source_digest
    else:
        found = there.result_digest or there.source_digest or there.local_digest
    return None if found is None else bytes(found)
