"""The folder that holds everything of one running copy: databases, secrets, logs, and who runs there now."""

import fcntl
import json
import os
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_servers.problems import NothingRuns, Problem, problem_from

UP = "./dev up"
START_SECONDS = 120.0
"""How long the first start may take, with a migration of every administration."""
SPACE_FOR_NEW = 300 * 2**20
SPACE_FOR_MORE = 50 * 2**20
SECRETS = ("superuser_password", "owner_password", "sync_password", "valkey_password", "secret_key")


@dataclass
class DataFolder:
    """One data folder; `prepare` before writing, `lock` before starting servers in it."""

    path: Path

    @property
    def logs(self) -> Path:
        """Where every server and process writes its log."""
        return self.path / "logs"

    @property
    def state_file(self) -> Path:
        """What runs here now: addresses and process ids. Gone or stale when nothing runs."""
        return self.path / "running.json"

    def prepare(self) -> None:
        """Make the folder. Raises Problem when it cannot be written or the disk is nearly full."""
        if self.path.exists() and not self.path.is_dir():
            raise Problem(f"{self.path} is not a folder. Choose another one with --data.")
        try:
            self._make()
        except OSError as error:
            sentence = f"{self.path} cannot be written ({error.strerror}). Choose another folder with --data."
            raise problem_from(error) or Problem(sentence) from error
        self._refuse_full_disk()

    def _make(self) -> None:
        self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        probe = self.path / f".probe-{os.getpid()}"
        probe.write_text("x")
        probe.unlink()

    def _refuse_full_disk(self) -> None:
        needed = SPACE_FOR_MORE if (self.path / "postgres" / "cluster").exists() else SPACE_FOR_NEW
        free = shutil.disk_usage(self.path).free
        if free < needed:
            raise Problem(
                f"The disk is nearly full: {free // 2**20} MB is free for {self.path}, {needed // 2**20} MB is needed. "
                "Free some space, or choose another folder with --data."
            )

    def lock(self, *, purpose: str, wait: float = 5.0) -> "FolderLock":
        """Become the one that runs servers here; the lock goes with the process, however it ends."""
        held = FolderLock(os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600))
        deadline = time.monotonic() + wait
        while not held.acquire():
            if self.running() is not None or time.monotonic() > deadline:
                held.release()
                raise Problem(self._held_sentence())
            time.sleep(0.1)
        held.write_owner(purpose)
        # What a former owner that was killed said of itself is not true of this one.
        self.clear_state()
        return held

    def running(self) -> dict[str, Any] | None:
        """What runs in this folder now, or None."""
        if not self.state_file.exists() or self._is_free():
            return None
        try:
            return dict(json.loads(self.state_file.read_text()))
        except (OSError, ValueError):
            return None

    def running_soon(self, seconds: float = START_SECONDS) -> dict[str, Any] | None:
        """What runs in this folder, waiting while `./dev up` is starting it; None when nothing runs or starts."""
        deadline = time.monotonic() + seconds
        while (state := self.running()) is None and self._is_starting() and time.monotonic() < deadline:
            time.sleep(0.1)
        return state

    def require_running(self) -> dict[str, Any]:
        """What runs in this folder now. Raises NothingRuns."""
        state = self.running()
        if state is None:
            raise NothingRuns(f"Nothing runs in {self.path}. Start it with ./dev up, or name its folder with --data.")
        return state

    def write_state(self, state: dict[str, Any]) -> None:
        """Tell other commands what runs here; readable by the owner only."""
        write_privately(self.state_file, json.dumps(state, indent=1))

    def clear_state(self) -> None:
        """Nothing runs here any more."""
        self.state_file.unlink(missing_ok=True)

    def secrets(self) -> dict[str, str]:
        """The passwords of this folder, made once and kept readable by the owner only."""
        file = self.path / "secrets.json"
        known: dict[str, str] = {}
        if file.exists():
            try:
                known = json.loads(file.read_text())
            except ValueError:
                known = {}
        missing = [name for name in SECRETS if not known.get(name)]
        if missing:
            known.update({name: secrets.token_urlsafe(48 if name == "secret_key" else 24) for name in missing})
            write_privately(file, json.dumps(known, indent=1))
        return known

    def _is_free(self) -> bool:
        try:
            held = FolderLock(os.open(self.path / "lock", os.O_RDWR))
        except OSError:
            return True
        free = held.acquire(shared=True)
        held.release()
        return free

    def _is_starting(self) -> bool:
        return not self._is_free() and self._owner().startswith(UP)

    def _owner(self) -> str:
        return (self.path / "lock").read_text().strip() or "another command"

    def _held_sentence(self) -> str:
        return (
            f"{self._owner()} already uses {self.path}. Stop it first (Ctrl-C where it runs), "
            "or use another folder and port: ./dev up --data DIR --port N."
        )


@dataclass
class FolderLock:
    """An advisory lock on an open file; the kernel drops it when its process ends."""

    descriptor: int

    def acquire(self, *, shared: bool = False) -> bool:
        """Take the lock if it is free."""
        try:
            fcntl.flock(self.descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def write_owner(self, purpose: str) -> None:
        """Name the holder, for the sentence that the next one reads."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{purpose} (process {os.getpid()})\n".encode(), 0)

    def release(self) -> None:
        """Give the lock back."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def write_privately(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    os.replace(new, file)
