"""A document's text is put together key by key; it must be, to the letter, what PostgreSQL writes for it as jsonb."""

import pytest
from django.db import connection

from reference_data.models import WorkType
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine import sql
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
        cursor.execute(f"SELECT body, body::jsonb::text FROM ({sql.documents(kind, filled.schema_name)}) q")
        found = cursor.fetchall()
    assert found
    for text, written in found:
        assert text == written


def test_so_it_is_when_there_are_more_members_than_one_call_can_join() -> None:
    members = [(f"name_{number}", f"'{number}'" if number % 3 else "NULL") for number in range(2 * sql.ARGUMENTS + 7)]
    with connection.cursor() as cursor:
        for some in (members, [(key, "NULL") for key, _value in members], []):
            cursor.execute(f"SELECT body, body::jsonb::text FROM (SELECT {sql.json_object(some)} AS body) q")
            text, written = cursor.fetchone()
            assert text == written
