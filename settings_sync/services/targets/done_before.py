"""Which changes of a run an earlier one has made already, since the preview that is now carried out was looked at.

Of two previews of one thing both may be confirmed, such as in two tabs. The second finds everything as it wanted it,
which is no reason to hold anything back.
"""

from collections.abc import Iterable
from typing import Any

from settings_sync.engine.applying.work import Doer
from settings_sync.models import Change, Finding, SyncTarget
from settings_sync.planning.values import Key
from settings_sync.services.plans.change_rows import does_something

SAME = ("action", "result_digest", "next_base_digest", "couples", "pairs", "deviations", "clears_deviations")
"""What two changes of one item have in common that come to the same."""


def find_done_before(target: SyncTarget) -> dict[Key, Doer]:
    """The items of a target to which an earlier run has done the same since the preview, each with that run.

    Whether they still stand as that run left them is not asked here: only the transaction that writes can tell.
    """
    earlier = SyncTarget.objects.filter(
        administration=target.administration_id,
        state=SyncTarget.State.SUCCEEDED,
        run__created_at__lt=target.run.created_at,
        finished_at__gte=target.plan_target.plan.created_at,
    ).exclude(run=target.run_id)
    done: dict[Key, tuple[tuple[Any, ...], Doer]] = {}
    # The earliest first, so that the latest that has decided about an item is the one that counts.
    for before in earlier.select_related("run").order_by("run__created_at"):
        doer = Doer(before.run_id, before.run.created_at)
        done |= {key: (change, doer) for key, change in _changes_carried_out(before)}
    if not done:
        return {}
    planned = dict(_alike(target.plan_target.changes.filter(does_something())))
    return {key: doer for key, (change, doer) in done.items() if planned.get(key) == change}


def _changes_carried_out(target: SyncTarget) -> Iterable[tuple[Key, tuple[Any, ...]]]:
    differed = {(row.kind, row.uid) for row in Finding.objects.filter(target=target)}
    changes = Change.objects.filter(does_something(), plan_target=target.plan_target_id)
    return [(key, change) for key, change in _alike(changes) if key not in differed]


def _alike(changes: Any) -> Iterable[tuple[Key, tuple[Any, ...]]]:
    for kind, uid, *facts in changes.order_by().values_list("kind", "uid", *SAME):
        # A digest comes as a memoryview, which equals another one only while both are open.
        yield (kind, uid), tuple(bytes(fact) if isinstance(fact, memoryview) else fact for fact in facts)
