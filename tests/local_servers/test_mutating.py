"""`./dev mutate`: which tests it asks, and what it says to who names no module."""

from pathlib import Path
from typing import Any

import pytest

from local_servers import command_line, commands


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The command that would run."""
    ran: list[Any] = []
    monkeypatch.setattr(commands, "ready_python", lambda: Path("python"))
    monkeypatch.setattr(commands, "run_in_foreground", lambda command, _environment: ran.extend(command) or 0)
    monkeypatch.setattr(command_line, "install_stop_signals", lambda: None)
    return ran


def test_the_tests_of_the_folder_that_mirrors_the_modules(asked: list[Any]) -> None:
    modules = ["settings_sync/planning/merging.py", "settings_sync/planning/lists.py"]
    assert command_line.main(["mutate", *modules, "-x"]) == 0
    assert asked[-4:] == [f"--mutate={modules[0]}", f"--mutate={modules[1]}", "-x", "tests/settings_sync/planning"]


def test_the_tests_that_somebody_names(asked: list[Any]) -> None:
    named = "tests/settings_sync/planning/test_merging.py"
    assert command_line.main(["mutate", "settings_sync/planning/merging.py", named]) == 0
    assert asked[-2:] == ["--mutate=settings_sync/planning/merging.py", named]


@pytest.mark.parametrize(
    ("arguments", "sentence"), [([], "Name modules"), (["settings_sync/planning/nothing.py"], "There is no module")]
)
def test_a_module_that_is_not_there(
    asked: list[Any], arguments: list[str], sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main(["mutate", *arguments]) == 2
    assert sentence in capfd.readouterr().err
    assert asked == []
