"""What a catalog refuses by now may stay and may come; what a merge adds may not, nor what cannot work at all."""

from typing import Any

import pytest

from settings_sync.planning.problems import Problem, added, refused
from settings_sync.planning.undoing import History, Step, plan_undo
from settings_sync.planning.values import Decision, Local, Rules
from settings_sync.planning.verdicts import Verdict, Word
from tests.settings_sync.planning.papers import KIND, entry_of, key_of
from tests.settings_sync.planning.test_verdict_table import AS, CanDelete, Item, World


def validate(body: Any) -> list[str]:
    """A comment is no longer taken; a ring cannot work; one `a` and one `b` do not go together."""
    texts = f"{body.get('text', '')} {body.get('note', '')}"
    found: list[str] = ["No comments."] if "comment" in texts else []
    found += [Problem("A ring.", breaks=True)] if "ring" in texts else []
    return found + (["Not both."] if "a" in texts.split() and "b" in texts.split() else [])


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CanDelete, "problems", lambda self, kind, body: validate(body))


def item(text: str = "", name: str = "Ketel", **more: str) -> Item:
    return {"name": name, **({"text": text} if text else {}), **more}


OVERWRITE, PUT_BACK, MERGE = Decision(Word.OVERWRITE), Decision(Word.PUT_BACK), Decision(Word.MERGE)
WAYS: dict[str, tuple[str, World, tuple[Decision, ...], dict[str, str]]] = {
    "new": ("create", World(source=item("?")), (), {}),
    "under another name": ("create", World(source=item("?")), (Decision(Word.CREATE_AS, name=AS),), {}),
    "behind": ("update", World(item("x"), item("?"), item("x")), (), {}),
    "put back": ("update", World(item("?"), item("?"), item("?", "Pomp")), (PUT_BACK,), {}),
    "put back by policy": ("update", World(item("?"), item("?"), item("x")), (), {"changed_locally": "put_back"}),
    "overwritten": ("update", World(item("x"), item("?"), item("y")), (OVERWRITE,), {}),
    "overwritten by policy": ("update", World(item("x"), item("?"), item("y")), (), {"conflict": "overwrite"}),
    "brought back": ("create", World(item("?"), item("?")), (Decision(Word.BRING_BACK),), {}),
    "merged": ("update", World(item("x"), item("?"), item("x", "Pomp")), (MERGE,), {}),
    "coupled": (
        "couple",
        World(source=item("?"), child={9: item("x")}),
        (Decision(Word.COUPLE, couple_with=key_of(9)[1]),),
        {},
    ),
}


def filled(world: World, text: str) -> World:
    sides = {
        side: found and {name: text if value == "?" else value for name, value in found.items()}
        for side, found in (("base", world.base), ("source", world.source), ("local", world.local))
    }
    return World(**sides, child=world.child)


@pytest.mark.parametrize("way", WAYS)
def test_what_the_main_has_comes_although_rules_refuse_it_by_now(way):
    action, world, decisions, policies = WAYS[way]
    change = filled(world, "comment").plan(*decisions, **policies)[1]
    assert (change.action, change.verdict == Verdict.INVALID) == (action, False)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "put back"])
def test_what_cannot_work_does_not_come_however(way):
    _action, world, decisions, policies = WAYS[way]
    change = filled(world, "ring").plan(*decisions, **policies)[1]
    assert (change.action, change.verdict, change.facts["problem"]) == ("hold", Verdict.INVALID, "A ring.")
    assert change.facts.get("in_main") == (None if way in ("under another name", "merged") else "yes")


def test_what_is_refused_forgets_no_agreement_although_it_was_to_be_overwritten():
    _action, world, decisions, _policies = WAYS["overwritten"]
    change = filled(world, "ring").plan(*decisions)[1]
    assert (change.action, change.does_something) == ("hold", False)


def test_what_cannot_work_stays_where_it_stands_already():
    change = World(item("ring"), item("ring", note="new"), item("ring")).plan()[1]
    assert (change.action, change.verdict) == ("update", Verdict.BEHIND)


@pytest.mark.parametrize("text", ["comment", "ring"])
def test_a_merge_keeps_what_is_here_whatever_rules_say_of_it(text):
    found = World(item("x"), item("x", note="s"), item(text))
    change = found.plan()[1]
    assert (change.action, found.document(change.result)) == ("update", item(text, note="s"))


@pytest.mark.parametrize("text", ["comment", "ring"])
def test_what_is_here_is_archived_whatever_rules_say_of_it(text):
    change = World(item(text), None, item(text)).plan(removed_in_source="archive")[1]
    assert change.action == "archive"


def test_what_a_merge_adds_is_refused():
    change = World(item(), item("a"), item(note="b")).plan()[1]
    assert (change.action, change.verdict, change.facts["problem"]) == ("hold", Verdict.INVALID, "Not both.")


@pytest.mark.parametrize("text", ["comment", "ring"])
def test_taking_back_brings_back_to_the_letter_what_stood_here(text):
    shelf, key = CanDelete(), key_of(1)
    before, after = shelf.keep(1, item(text)), shelf.keep(1, item("x"))
    shelf.child = {1: item("x")}
    history = History({key: Step(key, key, "Ketel", before, after.digest)}, {})
    local = Local({key: entry_of(1, item("x"))}, {key: after.digest})
    planned = plan_undo(history, local, {KIND: "forms"}, Rules(), shelf)
    assert [(change.action, change.result) for change in planned.changes] == [("update", before.digest)]


def test_a_problem_is_known_by_what_it_is_about_and_not_by_its_words():
    one, renamed = Problem("“A” is wrong.", about="uid"), Problem("“B” is wrong.", about="uid")
    other = Problem("“A” is wrong.", about="another")
    assert (added([renamed], [one]), added([other], [one]), added(["plain"], ["plain"])) == ([], [other], [])


def test_nobody_is_asked_about_what_is_fine():
    assert refused(item(), None, None, validate, was_here=False) == []
