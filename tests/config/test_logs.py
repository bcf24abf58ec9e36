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
