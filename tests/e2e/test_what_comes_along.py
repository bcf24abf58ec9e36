"""What the script of the choosing page ticks along with a setting, and why: the same as planning finds."""

import random
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page

from settings_sync.planning.values import Entry, Key, Need, Source
from settings_sync.services.settings.settings_tree import SettingsTree, tree_of

FORM, WORKFLOW = "forms_catalog.form", "workflows.workflow"
PATHS = {FORM: ("name", "field/3/label"), WORKFLOW: ("name", "step/2/form", "step/1/form")}
NAMES = ("Keuring", "Keuring", "a|b=c", '"geciteerd"', "<i>schuin</i>", "{{ naam }}", "Één & ander", "zzz")
"""Names that people give, two of them equal, with letters that mean something in HTML or to a script."""

PAGE = """<!doctype html><form id="choice"><p data-choice-words data-settings="a|b" data-targets="a|b" data-none=""></p>
<input type="search" data-filters-tree><input type="checkbox" checked data-only-differing>
<ul class="tree" id="settings-tree" data-checkbox-tree>%s</ul></form>"""

FOUND = """() => Object.fromEntries([...document.querySelectorAll("li.needed")].map(
  (leaf) => [leaf.dataset.uid, leaf.querySelector("[data-reason]").textContent]))"""

Show = Callable[[SettingsTree], Page]


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Opens a page with a tree as the templates write it, and the scripts of the real page."""
    page = browser.new_page()

    def open_page(tree: SettingsTree) -> Page:
        levels = [
            f'<li><details open><summary><input type="checkbox" name="category" value="{category.key}"></summary><ul>'
            + "".join(
                render_to_string("sync/tree_items.html", {"kind": kind, "tree": tree, "along": {}, "ticked": ()})
                for kind in category.kinds
            )
            + "</ul></details></li>"
            for category in tree.categories
        ]
        page.set_content(PAGE % "".join(levels))
        for script in ("checkbox-tree", "sync-choice"):
            page.add_script_tag(content=Path(f"static/js/{script}.js").read_text())
        return page

    yield open_page
    page.close()


def drawn_source(draws: random.Random) -> Source:
    """Some settings that point at each other at random: circles, themselves, twice at the same."""
    entries: dict[Key, Entry] = {}
    for number in range(draws.randint(2, 9)):
        uid = uuid.UUID(int=draws.getrandbits(128), version=4)
        entry = Entry(draws.choice((FORM, WORKFLOW)), uid, number.to_bytes(32, "big"), draws.choice(NAMES))
        entries[entry.key] = entry
    pairs = [draws.choices(list(entries.values()), k=2) for _need in range(draws.randint(1, 14))]
    needs: dict[bytes, list[Need]] = {}
    for one, other in pairs:
        needs.setdefault(one.digest, []).append(Need(other.key, draws.choice(PATHS[one.kind])))
    return Source(entries, needs)


def click(page: Page, uid: uuid.UUID) -> None:
    """Tick a box or take its tick away, which leads to no other page."""
    page.locator(f"input[value='{uid}']").dispatch_event("click")


def test_the_page_finds_what_planning_finds(show: Show) -> None:
    for seed in range(40):
        draws = random.Random(seed)
        tree = tree_of(drawn_source(draws))
        page, ticked = show(tree), set()
        for uid in draws.sample([uid for _kind, uid in tree.source.entries], k=2):
            if uid in tree.come_along(ticked):
                continue  # its box is there to be read only
            click(page, uid)
            ticked.add(uid)
            expected = {str(along): words for along, words in tree.come_along(ticked).items()}
            assert page.evaluate(FOUND) == expected, f"seed {seed}"
        for uid in ticked:
            click(page, uid)
        assert page.evaluate(FOUND) == {}, f"seed {seed}"


def test_what_came_along_is_chosen_itself_once_its_level_is_ticked(show: Show) -> None:
    form = Entry(FORM, uuid.uuid4(), b"form", "Keuring")
    workflow = Entry(WORKFLOW, uuid.uuid4(), b"workflow", "Onderhoud")
    page = show(
        tree_of(
            Source({entry.key: entry for entry in (form, workflow)}, {workflow.digest: [Need(form.key, "step/1/form")]})
        )
    )
    click(page, workflow.uid)
    assert page.evaluate(FOUND) == {str(form.uid): "nodig voor workflow “Onderhoud”, stap 1, formulier"}
    page.locator("input[value=forms]").dispatch_event("click")
    assert page.evaluate(FOUND) == {}
    click(page, workflow.uid)
    assert page.locator(f"input[value='{form.uid}']").is_checked()
    assert page.locator(f"input[value='{form.uid}']").is_enabled()
