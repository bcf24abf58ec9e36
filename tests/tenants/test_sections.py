"""The menu of an administration is what the apps registered, and tenants names no page of theirs."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

import tenants
from forms_catalog.rights import FormRight
from tenants import sections
from tenants.sections import Group, Section, register, sections_of

PAGE = re.compile(r"(\w+):[\w-]+")
OTHER_APPS = {
    "sync", "business", "forms_catalog", "workflows", "templates", "reference_data", "webhooks", "settings_sync",
}  # fmt: skip


def section(name: str, group: Group, place: int) -> Section:
    return Section(group, place, name, name, "", "icon", FormRight.READ)


def test_the_sections_of_a_group_stand_by_their_place_whoever_registers_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "_registered", [])
    register(section("last", Group.OWN_SETTINGS, 30), section("work", Group.DAILY_WORK, 10))
    register(section("first", Group.OWN_SETTINGS, 10), section("between", Group.OWN_SETTINGS, 20))
    assert [found.url_name for found in sections_of(Group.OWN_SETTINGS)] == ["first", "between", "last"]
    both = sections_of(Group.OWN_SETTINGS, Group.DAILY_WORK)
    assert [found.url_name for found in both] == ["first", "between", "last", "work"]


def test_apps_that_are_ready_twice_have_their_sections_once() -> None:
    before = sections_of(*Group)
    apps.get_app_config("tenants").ready()  # as Django says again for each registry of apps that a test isolates
    assert sections_of(*Group) == before


@pytest.mark.parametrize("group", list(Group))
def test_no_two_sections_of_a_group_have_one_place(group: Group) -> None:
    places = [found.place for found in sections_of(group)]
    assert len(places) == len(set(places)) > 0


def test_tenants_names_no_page_of_another_app() -> None:
    folder = Path(tenants.__file__).parent
    named = {
        f"{file.name}: {node.value}"
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if (page := PAGE.fullmatch(node.value)) and page.group(1) in OTHER_APPS
    }
    assert named == set()
