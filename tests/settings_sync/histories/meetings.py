"""Edits that have to do with each other, which chance alone seldom brings together: each is one step of a history."""

from . import drawing
from .edits import ANEW, BRANDS, CHILD, KIND, NAMES, NOTHING, NUMBER, OWN, PLACE, RULED, TEXTS, Edits, found_in
from .stage import new_item, new_step

MEETINGS = {
    "make_and_use": (NUMBER, NAMES, NAMES),
    "cross_names": (CHILD, KIND, NAMES, NAMES),
    "take_a_name_that_comes": (CHILD, KIND, NUMBER, NAMES, TEXTS),
    "make_anew": (KIND, NUMBER, TEXTS),
    "make_anew_what_was_added_to": (CHILD, NUMBER, drawing.sampled_from("123"), TEXTS),
    "edit_in_what_goes": (CHILD, NUMBER, TEXTS),
    "edit_the_same": (CHILD, KIND, NUMBER, NAMES, TEXTS, TEXTS),
    "add_options_on_both_sides": (CHILD, NUMBER, BRANDS, BRANDS, PLACE),
    "rival_default": (CHILD, NAMES),
    "lock_what_is_edited": (CHILD, KIND, NUMBER, RULED, TEXTS),
    "pin_what_is_edited": (CHILD, KIND, NUMBER, RULED, TEXTS),
    "pin_what_is_locked": (CHILD, KIND, NUMBER, RULED, TEXTS),
    "remove_on_both_sides": (CHILD, KIND, NUMBER),
}
"""Several edits at once."""


class Meetings(Edits):
    """People who edit the same things, or each other's."""

    def add_options_on_both_sides(self, where: int, number: int, one: str, other: str, place: int) -> None:
        self.add_option(0, number, one, 1)
        self.add_option(where, number, other, place)

    def rival_default(self, where: int, name: str) -> None:
        """A scheme of its own becomes the default here, and another one in the main."""
        own, items = ("scheme", OWN + 2), self.items(where)
        if own not in items and self.is_free(where, own, name):
            self.put(where, own, new_item("scheme", name, ""))
        if own in items and not items[own]["is_default"]:
            self.prefer(where, own)
        self.prefer(0, ("scheme", 2 if self.main.get(("scheme", 1), NOTHING).get("is_default") else 1))

    def lock_what_is_edited(self, where: int, kind: str, number: int, what: str, text: str) -> None:
        self.lock(0, kind, number, what)
        self.describe(where, kind, number, text)

    def pin_what_is_edited(self, where: int, kind: str, number: int, what: str, text: str) -> None:
        self.pin(where, kind, number, what)
        self.describe(0, kind, number, text)

    def pin_what_is_locked(self, where: int, kind: str, number: int, what: str, text: str) -> None:
        self.pin(where, kind, number, what)
        self.lock_what_is_edited(where, kind, number, what, text)

    def remove_on_both_sides(self, where: int, kind: str, number: int) -> None:
        self.remove(0, kind, number)
        self.remove(where, kind, number)

    def make_and_use(self, number: int, one: str, other: str) -> None:
        """The main makes a form and a work type, and lets a workflow that the children have use both."""
        flow, form, work_type = self.key_at(0, "flow", number), ("form", 4), ("type", 4)
        if flow not in self.main:
            return
        self.make(0, *form, one, "")
        self.make(0, *work_type, other, "")
        step = 10000 + 100 * flow[1] + 9
        item = self.main[flow]
        if form in self.main and work_type in self.main and step not in item["parts"]:
            parts, order = {**item["parts"], step: new_step(form[1])}, (*item["order"], step)
            self.change(0, flow, parts=parts, order=order, work_types=item["work_types"] | {work_type[1]})

    def cross_names(self, where: int, kind: str, one: str, other: str) -> None:
        """The main makes two, and a child two of its own with their names, the other way round."""
        if one.lower() == other.lower():
            return
        for number, name in ((4, one), (ANEW + 4, other)):
            self.make_new(0, (kind, number), name)
        for number, name in ((OWN + 4, other), (OWN + 5, one)):
            self.make_new(where, (kind, number), name)

    def take_a_name_that_comes(self, where: int, kind: str, number: int, name: str, text: str) -> None:
        """A child calls something what the main calls something new, while the main writes about the former."""
        key, new = (kind, number), (kind, ANEW + 4)
        if key in self.main and key in self.items(where) and new not in self.main:
            self.rename(where, kind, number, name)
            self.describe(0, kind, number, text)
            self.make_new(0, new, name)

    def make_anew(self, kind: str, number: int, text: str) -> None:
        """The main removes something and makes it once more."""
        key, anew = (kind, number), (kind, ANEW + number)
        if key in self.main and anew not in self.main:
            name = self.main[key]["name"]
            self.remove(0, kind, number)
            self.make_new(0, anew, name)
            self.describe(0, kind, number, text)

    def make_anew_what_was_added_to(self, where: int, number: int, letter: str, text: str) -> None:
        """A child adds a question to a form, which the main makes once more."""
        self.add_part(where, "form", number, letter, 0)
        self.make_anew("form", number, text)

    def edit_in_what_goes(self, where: int, number: int, text: str) -> None:
        """A child edits a question of a section that the main removes, and whatever else."""
        key = ("form", number)
        here, main = self.items(where).get(key, NOTHING), self.main.get(key, NOTHING)
        sections = [section for section in main["heads"] if section in here["sections"]]
        if not sections:
            return
        for place, part in enumerate(here["order"]):
            if found_in(here, part) == sections[-1]:
                self.edit_part(where, "form", number, place, "abc"[place % 3], text)
        self.describe(where, "form", number, text)
        self.remove_section(0, number, main["heads"].index(sections[-1]))

    def edit_the_same(self, where: int, kind: str, number: int, name: str, text: str, other: str) -> None:
        """Both write about the same thing, and the child calls it something else as well."""
        if (kind, number) in self.main and (kind, number) in self.items(where):
            self.describe(0, kind, number, text)
            self.describe(where, kind, number, other)
            self.rename(where, kind, number, name)
