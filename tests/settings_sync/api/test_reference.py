"""The list of operations on the page of the API: complete, true, small, and explaining what bites where it bites."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import find
from jsonschema import Draft202012Validator

from accounts.models import Scope
from settings_sync.api.protocol.examples import EXAMPLES
from settings_sync.api.views import docs
from settings_sync.api.views.reference import make_reference
from tests.conftest import make_member

MOST_BYTES = 400_000


@pytest.fixture
def schema(client):
    return client.get("/api/v1/schema/").json()


@pytest.fixture
def page(client):
    return client.get("/api/v1/docs/").content.decode()


def operations(schema: Any) -> list[Any]:
    return [operation for group in make_reference(schema).groups for operation in group.operations]


def test_it_lists_every_operation_and_shape_of_the_description(schema, page):
    described = {(method.upper(), path) for path, found in schema["paths"].items() for method in found}
    assert {(row.method, row.path) for row in operations(schema)} == described
    for row in operations(schema):
        assert f'id="{row.key}"' in page
        assert row.summary in page
    named = set(re.findall(r'href="#(shape-\w+)"', page))
    assert len(named) > 30
    assert named <= set(re.findall(r'id="(shape-\w+)"', page))


def test_every_place_on_the_page_has_a_name_of_its_own(page):
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))


def test_every_operation_says_which_scope_it_takes(schema):
    for row in operations(schema):
        assert row.scopes
        assert set(row.scopes) <= set(Scope.values), row.key


def test_every_body_and_answer_has_an_example(schema):
    without = [
        f"{row.key} {shown}"
        for row in operations(schema)
        for shown, shape, example in [("body", row.body, row.body_example)]
        + [(answer.status, answer.shape, answer.example) for answer in row.answers]
        if shape and not example
    ]
    assert without == []


def test_an_example_stands_on_the_page_once(schema, page):
    named = [answer.as_of for row in operations(schema) for answer in row.answers if answer.as_of]
    assert named
    keys = [row.key for row in operations(schema)]
    assert set(named) <= set(keys)
    shown = re.findall(r'<pre class="api-code"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_one_of_its_shape(schema, name):
    whole = {"$ref": f"#/components/schemas/{name}", "components": schema["components"]}
    faults = [
        f"{list(fault.path)}: {fault.message}" for fault in Draft202012Validator(whole).iter_errors(EXAMPLES[name])
    ]
    assert faults == []


def test_an_example_names_every_field_of_an_answer(schema):
    for name, example in EXAMPLES.items():
        properties = schema["components"]["schemas"][name].get("properties", {})
        if name.endswith("Shape") and properties:
            assert example.keys() == properties.keys(), name


def test_what_to_do_on_a_conflict_stands_at_each_operation_that_can_have_one(schema, page):
    for row in operations(schema):
        text = page[page.index(f'id="{row.key}"') :].partition("</details>")[0]
        asks = {
            "version": "Every decision makes a new one" in text,
            "digest": "put your change into what stands there now" in text,
            "key": "Send it again with the same key" in text,
        }
        assert asks == {"version": row.version == "plan", "digest": row.version == "digest", "key": row.takes_key}
    kinds = [row.version for row in operations(schema)]
    assert kinds.count("plan") == 1
    assert kinds.count("digest") >= 4


def test_every_command_names_the_readers_administration(owner_client, child, main, owner):
    make_member(child, user=owner)
    text = owner_client.get("/api/v1/docs/").content.decode()
    shown = text.partition('id="command-list_the_customers"')[2].partition("</pre>")[0]
    assert f"/administrations/{child.slug}/customers/" in shown
    deleting = text.partition('id="command-delete_a_sub_administration"')[2].partition("</pre>")[0]
    assert f"?confirm={child.slug}" in deleting


def test_every_operation_has_a_command_and_one_button_serves_to_copy_them_all(schema, page):
    commands = re.findall(r'<div class="command"><pre id="command-([^"]+)"', page)
    assert {row.key for row in operations(schema)} <= set(commands)
    assert page.count('id="copy-command"') == 1
    assert page.count("data-copied") == 1


def test_all_that_the_page_loads_is_at_most_400_kb(page):
    addresses = set(re.findall(r'(?:src|href)="/static/([^"#]+\.(?:js|css|svg))', page))
    assert "css/api-docs.css" in addresses
    assert not any("swagger" in address for address in addresses)
    total = len(page.encode()) + sum(size_of(address) for address in addresses)
    assert 100_000 < total < MOST_BYTES, total


def size_of(address: str) -> int:
    """The bytes of a file, and of the style sheets that it imports."""
    path = Path(str(find(address)))
    content = path.read_bytes()
    imported = re.findall(rb'@import url\("([^"]+)"\)', content)
    return len(content) + sum(size_of(f"css/{name.decode()}") for name in imported)


def test_no_script_or_style_stands_in_the_page(page):
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=", page) == []


def test_it_is_made_once(client, monkeypatch):
    client.get("/api/v1/docs/")
    monkeypatch.setattr(docs, "make_reference", lambda schema: pytest.fail("made again"))
    assert client.get("/api/v1/docs/").status_code == 200
