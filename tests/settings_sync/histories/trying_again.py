"""Trying an older run again, where it failed: it never goes back in time."""

from typing import Any

from hypothesis import strategies as st

from settings_sync.services.runs.runs import retry_run
from settings_sync.services.runs.targets import execute_target


def try_again(history: Any, data: Any) -> None:
    """Try one of the runs again that failed in a child."""
    sync, where = history.failed.pop(data.draw(st.integers(0, len(history.failed) - 1), label="failed"))
    if is_taken_back(history, sync) or is_overtaken(history, sync, where):
        return
    for place in history.places:
        place.send()
    history.story.append(f"tried again in {where}: sync {str(sync.run.pk)[:4]}")
    history.told["tried again"] += 1
    place, before = history.places[where], history.places[where].read()
    retry_run(acting_user=history.company.owner, run=sync.run, targets=[place.administration.slug])
    for pk in sync.run.targets.filter(state="queued").values_list("pk", flat=True):
        execute_target(pk)
    sync.run.refresh_from_db()
    child = history.children[where - 1]
    if (child.says, child.used) == (sync.left.says, sync.left.used):
        sync.compare_result(where, before)
    else:  # what was edited since is held, with what needs it
        history.children[where - 1] = place.read().stand(child.used)


def is_taken_back(history: Any, sync: Any) -> bool:
    """Whether the run was taken back in another child: then it asks before it is tried again."""
    return any(done.run.plan.undoes_id == sync.run.pk for _where, done in history.done)


def is_overtaken(history: Any, sync: Any, where: int) -> bool:
    """Whether a later run decided about everything that this one would write."""
    later = history.finished[history.finished.index(sync) + 1 :]
    return any(
        where in found.targets and found.fails != where and sync.categories <= found.categories and sync.categories
        for found in later
    )
