"""What packages ask: whose word counts, what comes along, and that no sync writes what is not to come."""

import itertools
import uuid

import pytest

from settings_sync.planning.alignment import relations
from settings_sync.planning.assigning import NOTHING_ASSIGNED, Assigned, Package, expect
from settings_sync.planning.policies import POLICIES
from settings_sync.planning.values import Decision, Entry, Local, Need, Source
from settings_sync.planning.verdicts import Demand, Verdict, Word
from tests.settings_sync.planning.test_verdict_table import ROWS, world

A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))
FORMS = Package(categories=frozenset({"forms"}))
ONE = Package(items=frozenset({A}))
CATEGORY_OF = {"form": "forms", "workflow": "workflows"}
AWAY = Assigned(itself=frozenset({(Demand.NOT_HERE, FORMS)}))


def given(*pairs):
    return frozenset(pairs)


def entry(kind, uid, digest=b"1"):
    return Entry(kind, uid, digest, str(uid), {"name_key": str(uid)})


@pytest.mark.parametrize(
    ("package", "held"),
    [
        (Package(), ()),
        (FORMS, (A, B)),
        (ONE, (A,)),
        (Package(is_everything=True, excepted=frozenset({B})), (A, C)),
        (Package(categories=frozenset({"forms"}), excepted=frozenset({A})), (B,)),
    ],
)
def test_a_package_holds_categories_items_or_everything_but(package, held):
    categories = {A: "forms", B: "forms", C: "workflows"}
    assert [uid for uid, category in categories.items() if package.holds(category, uid)] == list(held)


@pytest.mark.parametrize(
    ("itself", "groups", "demand"),
    [
        ((), (), None),
        ((), ((Demand.REQUIRED, FORMS), (Demand.OPTIONAL, ONE)), Demand.REQUIRED),
        ((), ((Demand.REQUIRED, FORMS), (Demand.NOT_HERE, ONE)), Demand.NOT_HERE),
        (((Demand.REQUIRED, ONE),), ((Demand.NOT_HERE, FORMS),), Demand.REQUIRED),
        (((Demand.OPTIONAL, FORMS),), ((Demand.REQUIRED, ONE),), Demand.OPTIONAL),
    ],
)
def test_what_is_said_of_itself_goes_before_its_groups_and_not_here_before_all(itself, groups, demand):
    assert Assigned(given(*itself), given(*groups)).demand("forms", A) == demand


def test_what_is_required_brings_what_it_needs_and_nothing_that_is_not_to_come():
    main = {("workflow", C): entry("workflow", C, b"w"), ("form", A): entry("form", A), ("form", B): entry("form", B)}
    source = Source(main, {b"w": [Need(("form", A), "step/1/form")]})
    required = Assigned(groups=given((Demand.REQUIRED, Package(categories=frozenset({"workflows"})))))
    assert expect(required, source, CATEGORY_OF).wanted == {("workflow", C), ("form", A)}
    forbidden = Assigned(required.groups, given((Demand.NOT_HERE, ONE)))
    assert expect(forbidden, source, CATEGORY_OF).not_here == {("form", A)}
    assert expect(forbidden, source, CATEGORY_OF).wanted == {("workflow", C)}
    assert expect(NOTHING_ASSIGNED, source, CATEGORY_OF) is None


def test_what_nobody_assigned_is_not_missing_and_what_stands_is_followed():
    main = {("form", uid): entry("form", uid) for uid in (A, B, C)}
    local = Local({("form", B): entry("form", B, b"0"), ("form", C): entry("form", C, b"0")}, {
        ("form", B): b"0", ("form", C): b"0",
    })  # fmt: skip
    words = lambda assigned: relations(main, local, expect(assigned, Source(main), CATEGORY_OF))  # noqa: E731
    everything = {("form", A): "missing", ("form", B): "behind", ("form", C): "behind"}
    assert words(NOTHING_ASSIGNED) == everything
    only_b = Assigned(groups=given((Demand.REQUIRED, Package(items=frozenset({B})))))
    assert words(only_b) == {("form", B): "behind", ("form", C): "behind"}
    away = Assigned(groups=given((Demand.NOT_HERE, Package(items=frozenset({A, C})))))
    assert words(away) == {("form", B): "behind", ("form", C): "own"}


SAID = [(), *((Decision(word),) for word in Word if word not in (Word.COUPLE, Word.CREATE_AS))]
CHOSEN = [dict(zip(POLICIES, values, strict=True)) for values in itertools.product(*POLICIES.values())]


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("locks", [(), ("",)])
def test_what_is_not_here_is_never_written(row, locks):
    for decisions, policies in itertools.product(SAID, CHOSEN):
        changes = world(row, locks=locks, assigned=AWAY).plan(*decisions, **policies)
        assert not any(change.writes for change in changes.values()), (decisions, policies)


def test_the_same_would_be_written_otherwise_so_that_this_means_something():
    assert world("new").plan()[1].writes
    assert world("new", assigned=AWAY).plan()[1].verdict == Verdict.NOT_HERE
