"""Taking over into the main what was changed in a child, out of the inbox; the sync after it brings it everywhere."""

from typing import Any

from settings_sync.models import InboxDecision, InboxDeviation, InboxDue, InboxEntry, InboxQuestion
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.inbox.deciding import Asked, decide
from settings_sync.services.inbox.rounds import find_deviations

from . import drawing
from .model import DELETED, FIRST, Item, Key, Order, can_stand, foresee, move, needs_of
from .running import execute
from .statements import KIND, uid_of
from .undoing import differing

KINDS = ("type", "form", "flow")
"""Of which one is taken over: which scheme is the default is a question of its own."""


def empty_inbox() -> None:
    """Nothing was found or decided yet."""
    for model in (InboxQuestion, InboxDeviation, InboxDecision, InboxEntry, InboxDue):
        model.objects.all().delete()


def promote(history: Any, data: Any) -> Key | None:
    """Take over one setting that was changed in a child and not in the main. Returns which, where there was one."""
    for place in history.places:
        place.send()
    open_to = [
        (where, key)
        for where, child in enumerate(history.children, start=1)
        for key in sorted(child.items)
        if _can_be_taken_over(history, where, key)
    ]
    if not open_to:
        return None
    fold_alignment()
    find_deviations()
    where, key = data.draw(drawing.sampled_from(open_to))
    promotion = _Promotion(history, data, where, key)
    if not promotion.are_alike:
        return None
    promotion.carry_out()
    return key


def _can_be_taken_over(history: Any, where: int, key: Key) -> bool:
    child, source = history.children[where - 1], history.main.get(key)
    here = child.items[key]
    if key[0] not in KINDS or source is None or here == source or child.base.get(key) != source:
        return False
    is_kept = key in child.pinned or key in child.agreed or key in history.locks or key in history.away[where]
    # What the rules of today refuse of people is refused of whoever takes it over as well.
    has_blanks = any(not option.strip() for part in here["parts"].values() for option in part.get("options", ()))
    is_accepted = can_stand(here) and not has_blanks and history.is_free(0, key, here["name"])
    has_needs = all(_can_be_chosen(history.main.get(need)) for need in needs_of(key, here) - needs_of(key, source))
    return not (is_kept or here["is_archived"]) and is_accepted and has_needs


def _can_be_chosen(item: Item | None) -> bool:
    """Whether an item of the main can be pointed at by what did not point at it before."""
    return item is not None and not item["is_archived"]


class _Promotion:
    def __init__(self, history: Any, data: Any, where: int, key: Key) -> None:
        self.history, self.data, self.key = history, data, key
        self.item = history.children[where - 1].items[key]
        found = InboxDeviation.objects.filter(kind=KIND[key[0]], uid=uid_of(*key), state="open")
        (self.entry,) = found.filter(administration=history.places[where].administration).values_list(
            "entry", flat=True
        )
        there = set(found.filter(entry=self.entry).values_list("administration", flat=True))
        self.members = [number for number, place in enumerate(history.places) if place.administration.pk in there]
        history.story.append(f"taken over from {self.members}: {key}")

    @property
    def are_alike(self) -> bool:
        """Whether it stands to the letter like that wherever the inbox says it is the same: what was added alike has a
        uid of its own in each."""
        children = self.history.children
        return all(children[where - 1].items.get(self.key) == self.item for where in self.members)

    def carry_out(self) -> None:
        history, key = self.history, self.key
        before = {where: place.read() for where, place in enumerate(history.places)}
        asked = [Asked(self.entry, "promote")]
        (outcome,) = decide(acting_user=history.company.owner, main=history.company.main, decisions=asked)
        assert outcome.decision is not None and not outcome.moved
        if outcome.decision.run is not None:
            execute(outcome.decision.run, self.data)
        history.main[key] = self.item
        history.questions |= {
            (key, part["reference"]): n for n, part in self.item["parts"].items() if "reference" in part
        }
        for where in self.members:
            self._follow(where)
        history.told["taken over"] += 1
        self._compare(before)

    def _follow(self, where: int) -> None:
        """Whoever had it follows it again, and of what it needs whatever a sync would only note."""
        child, away = self.history.children[where - 1], self.history.away[where]
        if self.key not in child.base:
            return  # it followed nothing: the next sync finds it equal
        order = Order(items=frozenset({self.key}), policies=FIRST, locks=self.history.locks, away=away)
        told = foresee(self.history.main, child, order)
        for need in told.keys() - {self.key}:
            if not told[need].writes and told[need].word != DELETED:
                move(child.base, need, told[need].base)
        child.base[self.key] = self.item

    def _compare(self, before: Any) -> None:
        """The main has it, whoever had it follows that, and nothing else is otherwise anywhere."""
        main, *children = (place.read() for place in self.history.places)
        assert main.items == self.history.main, differing(main.items, self.history.main)
        for where, found in enumerate(children, start=1):
            wanted = self.history.children[where - 1]
            assert found.items == wanted.items, differing(found.items, wanted.items)
            assert found.base == wanted.base, differing(found.base, wanted.base)
            assert found.deviations == wanted.deviations, found.deviations ^ wanted.deviations
            assert found.marks["business"] == before[where].marks["business"], where
