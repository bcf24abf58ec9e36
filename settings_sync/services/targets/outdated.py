"""Whether what was planned before a migration can still be carried out after it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.composed import find_outdated
from settings_sync.exceptions import DocumentsOutdated, HeadsDiffer
from settings_sync.models import SyncTarget
from settings_sync.services.plans.change_rows import does_something
from tenants.models import Administration

NAMED = 5


def check_version(target: SyncTarget, administration: Administration) -> None:
    """Let a target be applied in an administration that has the version of its snapshot, or that of its main by now.

    Most migrations touch no setting, and a run is kept for longer than a version lasts: what counts then is whether the
    documents that it writes still mean what they meant. Raises HeadsDiffer or DocumentsOutdated.
    """
    snapshot, main = target.run.plan.snapshot, administration.parent
    if snapshot is None or administration.migration_head == snapshot.migration_head:
        return
    if main is None or administration.migration_head != main.migration_head:
        raise HeadsDiffer
    outdated = sorted(_outdated_labels(target))
    if outdated:
        raise DocumentsOutdated(items=", ".join(outdated[:NAMED]))


def _outdated_labels(target: SyncTarget) -> Iterable[str]:
    written: dict[str, dict[bytes, str]] = defaultdict(dict)
    for change in target.plan_target.changes.filter(does_something(), result_digest__isnull=False):
        written[change.kind][bytes(change.result_digest or b"")] = change.label
    for kind, labels in written.items():
        yield from _outdated_among(kind, labels)


def _outdated_among(kind: str, labels: Mapping[bytes, str]) -> list[str]:
    # What is not declared any more cannot be read at all.
    if kind not in all_kinds().by_key:
        return list(labels.values())
    return [labels[digest] for digest in find_outdated(all_kinds()[kind], labels.keys())]
