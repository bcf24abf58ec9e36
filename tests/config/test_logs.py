"""What an error leaves in the log."""

import structlog


def test_a_traceback_shows_no_values(capsys):
    def fail(password: str) -> None:
        raise RuntimeError("planted")

    try:
        fail("a-secret-" + "typed")
    except RuntimeError:
        structlog.get_logger("test").exception("request_failed")
    said = "".join(capsys.readouterr())
    assert "RuntimeError: planted" in said
    assert "a-secret-typed" not in said


def test_what_people_search_for_is_not_logged(client, capsys):
    client.get("/healthz?q=Jansen")
    said = "".join(capsys.readouterr())
    assert "GET /healthz" in said
    assert "Jansen" not in said
