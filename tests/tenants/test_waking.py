"""Nobody waits for a broker that is away."""

import uuid
from functools import partial

import pytest
from celery import current_app

from local_servers.processes import free_port
from tenants.waking import WORK_ON_ADMINISTRATION, send_messages


def test_a_message_that_cannot_be_delivered_is_left_to_the_reaper_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(seconds: float) -> None:
        pytest.fail(f"A page would wait {seconds} s.")

    monkeypatch.setattr("kombu.utils.functional.sleep", wait)
    nowhere = current_app.connection_for_write(f"redis://127.0.0.1:{free_port()}/0")
    monkeypatch.setattr(current_app, "send_task", partial(current_app.send_task, connection=nowhere))
    assert send_messages(WORK_ON_ADMINISTRATION, [uuid.uuid4()]) == 0
