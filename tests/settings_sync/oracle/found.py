"""Stories in which an engine fell short once, each as small as it can be told; the oracle must agree on all."""

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import replace

from .catalog import FIELD_PART, FORM, KINDS, LAYOUT, SCHEME, SECTION_PART, STEP_PART, VAT_RATE, WORK_TYPE, WORKFLOW
from .documents import Document, Key, new_document, with_part
from .rulings import Decided
from .stories import AddPart, DropPart, Lock, Make, Pin, Put, Remove, Retry, Step, Sync, Undo

ONE = (1,)


class Cast:
    """The items of one story; `number` gives them other uids, whose order must decide nothing."""

    def __init__(self, number: int) -> None:
        self.uids = (str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {n}")) for n in itertools.count())

    def uid(self) -> str:
        return next(self.uids)

    def key(self, kind: str) -> Key:
        return kind, self.uid()

    def form(self, section: str, *fields: str) -> Document:
        """A form with one section of fields, and after it an empty one that another part can stand in."""
        uid = self.uid()
        document = with_part(new_document(KINDS[FORM], name="Blad"), SECTION_PART, uid, {"title": section}, 0)
        for place, name in enumerate(fields):
            values = {"label": name, "reference": name, "section": uid}
            document = with_part(document, FIELD_PART, self.uid(), values, place)
        return document


def work_type(name: str, description: str = "") -> Document:
    return new_document(KINDS[WORK_TYPE], name=name, description=description)


def workflow(name: str, *work_types: Key) -> Document:
    return new_document(KINDS[WORKFLOW], name=name, work_types=frozenset(uid for _kind, uid in work_types))


def couple(pairs: dict[Key, Key]) -> Sync:
    """A sync that couples items of the main, each with one of the sub's own."""
    return Sync(ONE, decided={1: {key: Decided("couple", couple=own[1]) for key, own in pairs.items()}})


def decide(key: Key, word: str = "", *, name: str = "", policies: dict[str, str] | None = None, **paths: str) -> Sync:
    return Sync(ONE, policies or {}, {1: {key: Decided(word, paths, name=name)}})


def brought_into_use_by_the_same_run(cast: Cast) -> Iterator[Step]:
    flow, form, kind = cast.key(WORKFLOW), cast.key(FORM), cast.key(WORK_TYPE)
    yield Make(0, flow, workflow("Onderhoud"))
    yield Sync(ONE)
    yield Make(0, form, cast.form("Metingen", "druk"))
    yield Make(0, kind, work_type("Storing"))
    yield AddPart(0, flow, "step", cast.uid(), {"type": "predefined_form", "form": form[1]}, 0)
    yield Put(0, flow, {"work_types": frozenset({kind[1]})})
    yield Sync(ONE)
    yield Undo(1)


def coupled_with_what_they_point_at(cast: Cast) -> Iterator[Step]:
    kind, flow, own_kind, own_flow = (cast.key(key) for key in (WORK_TYPE, WORKFLOW, WORK_TYPE, WORKFLOW))
    yield Make(0, kind, work_type("Carlo"))
    yield Make(0, flow, workflow("Foxtrot"))
    yield Make(1, own_kind, work_type("Oud"))
    yield Make(1, own_flow, workflow("Carlo", own_kind))
    yield couple({kind: own_kind, flow: own_flow})
    yield Undo(1)


def coupled_in_a_chain(cast: Cast) -> Iterator[Step]:
    one, other, own_one, own_other = (cast.key(WORK_TYPE) for _item in range(4))
    yield Make(0, one, work_type("Carlo"))
    yield Make(0, other, work_type("Alfa"))
    yield Make(1, own_one, work_type("Alfa", "hier"))
    yield Make(1, own_other, work_type("Zulu", "hier"))
    yield couple({one: own_one, other: own_other})
    yield Undo(1)
    yield Undo(1)
    yield Undo(1)


def coupled_crosswise(cast: Cast) -> Iterator[Step]:
    one, other, own_one, own_other = (cast.key(WORK_TYPE) for _item in range(4))
    yield Make(0, one, work_type("Alfa"))
    yield Make(0, other, work_type("Bravo"))
    yield Make(1, own_one, work_type("Alfa", "hier"))
    yield Make(1, own_other, work_type("Bravo", "hier"))
    yield couple({one: own_other, other: own_one})
    yield Undo(1)


def another_name_taken_back(cast: Cast) -> Iterator[Step]:
    kind = cast.key(WORK_TYPE)
    yield Make(0, kind, work_type("Alfa"))
    yield Sync(ONE)
    yield Put(0, kind, {"description": "nieuw"})
    yield decide(kind, "create_as", name="Bij ons")
    yield Undo(1)
    yield Undo(1)
    yield Undo(1)


def section_kept_while_the_rest_goes_back(cast: Cast) -> Iterator[Step]:
    key, form = cast.key(FORM), cast.form("Metingen", "druk", "temp")
    section, field = form["section/order"][0], form["field/order"][0]
    yield Make(0, key, form)
    yield Sync(ONE)
    yield Put(1, key, {f"field/{field}/help_text": "hier"})
    yield DropPart(0, key, "section", section)
    yield decide(key, policies={"changed_locally": "put_back"}, **{f"section/{section}": "keep_local"})


def name_that_is_here_already(cast: Cast) -> Iterator[Step]:
    kind, new = cast.key(WORK_TYPE), cast.key(WORK_TYPE)
    yield Make(0, kind, work_type("Echo"))
    yield Sync(ONE)
    yield Put(1, kind, {"name": "Hotel"})
    yield Put(0, kind, {"description": "nieuw"})
    yield Make(0, new, work_type("Hotel"))
    yield Sync(ONE)


def same_policies_twice(cast: Cast) -> Iterator[Step]:
    kind, policies = cast.key(WORK_TYPE), {"changed_locally": "put_back", "conflict": "keep_local"}
    yield Make(0, kind, work_type("Alfa", "eerst"))
    yield Sync(ONE)
    yield Put(0, kind, {"description": "daar", "default_minutes": 90})
    yield Put(1, kind, {"description": "hier", "name": "Bravo"})
    yield Sync(ONE, policies)
    yield Sync(ONE, policies)


def both_add_an_option(cast: Cast) -> Iterator[Step]:
    key, form = cast.key(FORM), cast.form("Ketel", "merk")
    path = f"field/{form['field/order'][0]}"
    yield Make(0, key, {**form, f"{path}/type": "dropdown", f"{path}/options": ("Remeha", "Nefit")})
    yield Sync(ONE)
    yield Put(0, key, {f"{path}/options": ("Remeha", "Nefit", "Vaillant")})
    yield Put(1, key, {f"{path}/options": ("Remeha", "Nefit", "Intergas")})
    yield Sync(ONE)


def unused_and_deleted(cast: Cast) -> Iterator[Step]:
    key = cast.key(FORM)
    yield Make(0, cast.key(FORM), new_document(KINDS[FORM], name="Blijft"))
    yield Make(0, key, cast.form("Metingen", "druk"))
    yield Sync(ONE)
    yield Remove(0, key)
    yield Sync(ONE, {"removed_in_source": "delete"})
    yield Undo(1)


def used_and_archived(cast: Cast) -> Iterator[Step]:
    key, flow = cast.key(FORM), cast.key(WORKFLOW)
    yield Make(0, cast.key(FORM), new_document(KINDS[FORM], name="Blijft"))
    yield Make(0, key, cast.form("Metingen", "druk"))
    yield Sync(ONE)
    step = {"type": "predefined_form", "form": key[1]}
    yield Make(1, flow, with_part(workflow("Eigen"), STEP_PART, cast.uid(), step, 0))
    yield Remove(0, key)
    yield Sync(ONE, {"removed_in_source": "delete"})


def coupled_with_parts_of_its_own(cast: Cast) -> Iterator[Step]:
    key, own = cast.key(FORM), cast.key(FORM)
    forms = [_two_of_one_title(cast, *names) for names in (("druk", "temp"), ("druk", "temp", "lek"))]
    yield Make(0, key, forms[0])
    yield Make(1, own, {**forms[1], "description": "hier"})
    yield couple({key: own})
    yield Undo(1)
    yield Undo(1)


def another_name_twice_and_taken_back(cast: Cast) -> Iterator[Step]:
    kind = cast.key(WORK_TYPE)
    yield Make(0, kind, work_type("Alfa"))
    yield decide(kind, "create_as", name="Bij ons")
    yield Put(0, kind, {"description": "nieuw"})
    yield decide(kind, "create_as", name="Bij hen")
    yield Undo(1)
    yield Undo(1)


def another_name_for_what_changed_here(cast: Cast) -> Iterator[Step]:
    kind = cast.key(WORK_TYPE)
    yield Make(0, kind, work_type("Alfa"))
    yield Sync(ONE)
    yield Put(1, kind, {"description": "hier"})
    yield decide(kind, "create_as", name="Bij ons")
    yield Undo(1)


def two_that_newly_want_one_name(cast: Cast) -> Iterator[Step]:
    kind, other = cast.key(WORK_TYPE), cast.key(WORK_TYPE)
    yield Make(0, kind, work_type("Alfa"))
    yield Make(0, other, work_type("Bravo"))
    yield Sync(ONE)
    yield Put(0, kind, {"name": "Carlo"})
    yield decide(other, "create_as", name="carlo")
    yield Put(1, other, {"description": "hier"})
    yield decide(other, "create_as", name="carlo")


def locked_elsewhere(cast: Cast) -> Iterator[Step]:
    kind = cast.key(WORK_TYPE)
    yield Make(0, kind, work_type("Alfa"))
    yield Sync(ONE)
    yield Put(1, kind, {"description": "hier"})
    yield Lock(kind, frozenset({"default_minutes"}))
    yield Sync(ONE, {"changed_locally": "put_back"})


def pinned_once_and_new_and_locked(cast: Cast) -> Iterator[Step]:
    kind = cast.key(WORK_TYPE)
    yield Make(0, kind, work_type("Alfa"))
    yield Sync(ONE)
    yield Pin(1, kind, "description")
    yield Undo(1)
    yield Lock(kind, frozenset({"default_minutes"}))
    yield Sync(ONE)


def agreed_again_and_taken_back(cast: Cast) -> Iterator[Step]:
    kind = cast.key(WORK_TYPE)
    yield Make(0, kind, work_type("Alfa"))
    yield Sync(ONE)
    yield Put(1, kind, {"description": "hier"})
    yield decide(kind, "keep_local")
    yield decide(kind, "keep_local")
    yield Undo(1)
    yield Undo(1)


def made_anew_in_the_place_of_another(cast: Cast) -> Iterator[Step]:
    old, new, form = cast.key(FORM), cast.key(FORM), cast.form("Metingen", "druk")
    section = form["section/order"][0]
    yield Make(0, old, form)
    yield Sync(ONE)
    yield AddPart(1, old, "field", cast.uid(), {"label": "lek", "reference": "lek", "section": section}, 1)
    yield Remove(0, old)
    yield Make(0, new, cast.form("Controle", "druk", "temp"))
    yield couple({new: old})
    yield Undo(1)
    yield Undo(1)


def _two_of_one_title(cast: Cast, first: str, *others: str) -> Document:
    document = cast.form("Controle", first)
    uid = cast.uid()
    document = with_part(document, SECTION_PART, uid, {"title": "Controle"}, 1)
    for place, name in enumerate(others):
        values = {"label": name, "reference": name, "section": uid}
        document = with_part(document, FIELD_PART, cast.uid(), values, place)
    return document


def default_that_gives_way_and_is_tried_again(cast: Cast) -> Iterator[Step]:
    rate, layout, main_scheme, own_scheme = (cast.key(kind) for kind in (VAT_RATE, LAYOUT, SCHEME, SCHEME))
    yield Make(0, rate, new_document(KINDS[VAT_RATE], code="21", name="Hoog", percentage="21.00"))
    yield Make(0, layout, new_document(KINDS[LAYOUT], name="Brief"))
    yield Sync(ONE)
    points = {"layout": layout[1], "vat_rate": rate[1]}
    yield Make(0, main_scheme, new_document(KINDS[SCHEME], name="Groep", is_default=True, **points))
    yield Make(1, own_scheme, new_document(KINDS[SCHEME], name="Eigen", is_default=True, **points))
    yield replace(decide(main_scheme, is_default="overwrite"), is_stopped=True)
    yield Sync(ONE)
    yield Retry(1)


STORIES = {
    "U1": brought_into_use_by_the_same_run,
    "U2": coupled_with_what_they_point_at,
    "U3 chain": coupled_in_a_chain,
    "U3 crosswise": coupled_crosswise,
    "U4": another_name_taken_back,
    "M1": section_kept_while_the_rest_goes_back,
    "M2": name_that_is_here_already,
    "M3": same_policies_twice,
    "M5": both_add_an_option,
    "C1": coupled_with_parts_of_its_own,
    "C2": made_anew_in_the_place_of_another,
    "U5": another_name_twice_and_taken_back,
    "U6": another_name_for_what_changed_here,
    "U7": agreed_again_and_taken_back,
    "U8": two_that_newly_want_one_name,
    "L1": locked_elsewhere,
    "L2": pinned_once_and_new_and_locked,
    "R1": default_that_gives_way_and_is_tried_again,
    "D1": unused_and_deleted,
    "D2": used_and_archived,
}
