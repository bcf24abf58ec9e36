"""An edit and what changes the tables themselves take turns without ever waiting for each other in a circle."""

import threading
from typing import Any

import pytest
from django.db import connection

from forms_catalog.models import Form
from forms_catalog.services import update_form
from settings_sync.engine.fence import turn
from tenants.schemas import inside
from tests.conftest import make_member
from tests.settings_sync.views.conftest import make_form
from tests.waiting import PATIENCE_SECONDS, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_edit_that_waits_for_a_migration_holds_nothing_that_the_migration_needs(main: Any) -> None:
    owner = make_member(main)
    with inside(main):
        form = make_form("Onderhoud")
    waiting, ended = threading.Event(), []

    def edit() -> None:
        try:
            with inside(main):
                found = Form.objects.get(pk=form.pk)
                waiting.set()
                update_form(acting_user=owner, administration=main, form=found, values={"name": "Nieuw"})
            ended.append("saved")
        except Exception as error:
            ended.append(repr(error))
        finally:
            connection.close()

    editor = threading.Thread(target=edit)
    with turn(main.schema_name):
        editor.start()
        waiting.wait(PATIENCE_SECONDS)
        until_somebody_waits()
        with inside(main), connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
            cursor.execute("ALTER TABLE forms_catalog_form ADD COLUMN later integer")
            cursor.execute("SET lock_timeout = 0")
    editor.join(PATIENCE_SECONDS)
    assert ended == ["saved"]
    with inside(main):
        assert Form.objects.get().name == "Nieuw"
