"""A document's text is put together key by key; it must be, to the letter, what PostgreSQL writes for it as jsonb.

What is read from JSON must be, to the letter, what is read from the rows that the JSON is written to.
"""

from itertools import zip_longest
from typing import Any

import pytest
from django.db import connection
from psycopg.sql import SQL

from reference_data.models import WorkType
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.composed import describe_documents
from settings_sync.engine.reading.index import ReadDocument, look_at, read_documents
from settings_sync.engine.rows import ARGUMENTS, documents_in, json_object
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import KINDS, make_company

pytestmark = pytest.mark.usefixtures("db")

EVERY_CONTROL_CHARACTER = "".join(map(chr, range(1, 0x20))) + "\x7f\x85\u2028\ufeff</script>\\u0041"


@pytest.fixture(scope="module")
def filled(standing: None) -> Administration:
    """Items of every kind, with what breaks quoting in every text, and one with nothing but a name."""
    main = make_company().main
    with inside(main):
        Filler("hoofd").everything()
        WorkType.objects.create(name="kaal")
        WorkType.objects.create(name="alles", description=EVERY_CONTROL_CHARACTER)
    return main


@pytest.mark.parametrize("kind", [all_kinds()[key] for key in KINDS], ids=lambda kind: kind.key)
def test_the_text_is_what_jsonb_writes(filled: Administration, kind: Kind) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT body, body::jsonb::text FROM ({documents_in(kind, filled.schema_name)}) q")
        found = cursor.fetchall()
    assert found
    for text, written in found:
        assert text == written


def test_so_it_is_when_there_are_more_members_than_one_call_can_join() -> None:
    members = [(f"name_{number}", SQL(f"'{number}'" if number % 3 else "NULL")) for number in range(2 * ARGUMENTS + 7)]
    with connection.cursor() as cursor:
        for some in (members, [(key, SQL("NULL")) for key, _value in members], []):
            cursor.execute(f"SELECT body, body::jsonb::text FROM (SELECT {json_object(some).as_string()} AS body) q")
            text, written = cursor.fetchone()
            assert text == written


@pytest.mark.parametrize("kind", [all_kinds()[key] for key in KINDS], ids=lambda kind: kind.key)
def test_json_is_read_as_the_rows_are(filled: Administration, kind: Kind) -> None:
    documents = read_all(filled, kind)
    given = [(document.entry.uid, document.body) for document in documents]
    assert given
    assert describe_documents(kind, given) == documents


@pytest.mark.parametrize("kind", [kind for kind in all_kinds() if kind.links], ids=lambda kind: kind.key)
def test_links_are_listed_in_one_order_whatever_the_order_in_json(filled: Administration, kind: Kind) -> None:
    documents = read_all(filled, kind)
    turned = [(document.entry.uid, with_links_turned(kind, document)) for document in documents]
    assert describe_documents(kind, turned) == documents


def with_links_turned(kind: Kind, document: ReadDocument) -> dict[str, Any]:
    body = dict(document.body)
    for link in kind.links:
        body[link.name] = list(reversed(body.get(link.name, [])))
    return body


@pytest.mark.parametrize(
    "kind", [kind for kind in all_kinds() if any(len(part.path) > 2 for part in kind.parts)], ids=lambda kind: kind.key
)
def test_parts_come_in_the_order_of_their_parents(filled: Administration, kind: Kind) -> None:
    """However the parts of several parents are mixed in JSON; those of one parent stay in their own order."""
    documents = read_all(filled, kind)
    mixed = [(document.entry.uid, with_parts_mixed(kind, document)) for document in documents]
    assert any(dict(body) != document.body for (_uid, body), document in zip(mixed, documents, strict=True))
    assert describe_documents(kind, mixed) == documents


def with_parts_mixed(kind: Kind, document: ReadDocument) -> dict[str, Any]:
    """The deeper parts taken in turn: the first of each parent, then the second, beginning with the last parent."""
    parts = dict(document.body.get("parts", {}))
    for part in kind.parts:
        if len(part.path) > 2 and part.name in parts:
            by_parent: dict[str, list[Any]] = {}
            for row in parts[part.name]:
                by_parent.setdefault(row[part.parent_name], []).append(row)
            rounds = zip_longest(*reversed(by_parent.values()))
            parts[part.name] = [row for one_of_each in rounds for row in one_of_each if row is not None]
    return {**document.body, "parts": parts}


def read_all(administration: Administration, kind: Kind) -> list[ReadDocument]:
    """Every document of a kind as its rows give it."""
    keys = {key for key in look_at(administration).entries if key[0] == kind.key}
    return list(read_documents(administration.schema_name, keys).values())
