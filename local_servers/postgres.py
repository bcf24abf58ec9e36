"""One embedded PostgreSQL: made once, started on loopback, recovered after a crash."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_servers.accounts import account_for_postgres
from local_servers.binaries import major_version, reachable_postgres
from local_servers.guard import all_processes, is_alive
from local_servers.problems import Problem, last_lines
from local_servers.processes import Started, Supervisor, free_port

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_locks_per_transaction": "512",
    "wal_level": "logical",
    "jit": "off",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # What people typed stays out of the log: no statement and no values beside an error.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "password_encryption": "scram-sha-256",  # nosec B105 # a setting
}
if sys.platform == "linux":
    # After a crash, one call for the file system instead of one per file: 500 administrations have a hundred thousand.
    SETTINGS["recovery_init_sync_method"] = "syncfs"
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
HBA = "host all all 127.0.0.1/32 scram-sha-256\n"
MAKE_ROLES = """\
DO $$ BEGIN IF to_regrole('eenlijn') IS NULL THEN CREATE ROLE eenlijn LOGIN; END IF; END $$;
DO $$ BEGIN IF to_regrole('eenlijn_sync') IS NULL THEN CREATE ROLE eenlijn_sync LOGIN; END IF; END $$;
ALTER ROLE postgres PASSWORD '{superuser_password}';
ALTER ROLE eenlijn NOSUPERUSER CREATEDB NOCREATEROLE PASSWORD '{owner_password}';
ALTER ROLE eenlijn_sync NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD '{sync_password}';
ALTER ROLE eenlijn_sync SET lock_timeout = '5s';
ALTER ROLE eenlijn_sync SET statement_timeout = '120s';
ALTER ROLE eenlijn_sync SET idle_in_transaction_session_timeout = '15s';
ALTER ROLE eenlijn_sync SET search_path = '';
"""
CLOSE_PUBLIC = "REVOKE CREATE ON SCHEMA public FROM PUBLIC;\n"
# After a crash with hundreds of administrations it first looks at every file.
START_SECONDS = 300.0
STOP_SECONDS = 30.0


@dataclass
class Postgres:
    """An embedded PostgreSQL with its files in `folder`; `durable` off is for tests, where a crash may lose data."""

    folder: Path
    programs: Path
    passwords: Mapping[str, str]
    log: Path
    durable: bool = True
    port: int = 0

    def __post_init__(self) -> None:
        self.account = account_for_postgres()
        self.programs = reachable_postgres(self.programs, self.account)
        self.cluster = self.folder / "cluster"

    def start(self, supervisor: Supervisor, *, port: int | None = None) -> Started:
        """Make the cluster if there is none, recover it if needed, start it and wait until it answers."""
        self._make_cluster_once()
        recover(self.cluster)
        self._set_passwords_once()
        for _attempt in range(3):
            self.port = free_port(port)
            started = supervisor.start(
                "PostgreSQL",
                self._command(),
                log=self.log,
                environment=server_environment(),
                account=self.account,
                stop_signal=signal.SIGINT,
                death_signal=signal.SIGINT,
                patience=STOP_SECONDS,
                folder=self.folder,
            )
            if self._wait(started):
                return started
            supervisor.stop(started)
            recover(self.cluster)
        raise started.died()

    def start_again(self, supervisor: Supervisor) -> Started:
        """Start it after it died, at the port that everybody knows. Raises Problem when another program has that."""
        known = self.port
        started = self.start(supervisor, port=known)
        if self.port != known:
            supervisor.stop(started)
            raise Problem(f"PostgreSQL stopped by itself, and another program took its port, {known}.")
        return started

    def url(self, role: str, password: str, database: str = "eenlijn") -> str:
        """The address of a database for one role."""
        return f"postgres://{role}:{self.passwords[password]}@127.0.0.1:{self.port}/{database}"

    def _command(self) -> list[str]:
        settings = {**SETTINGS, "port": str(self.port), **({} if self.durable else FORGETFUL)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.cluster), *options]

    def _wait(self, started: Started) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if started.has_ended():
                return False
            if is_ready(self.cluster, started.pid):
                return True
            time.sleep(0.02)
        raise Problem(f"PostgreSQL did not get ready in {START_SECONDS:.0f} s. Its log ends with:\n{started.tail()}")

    def _make_cluster_once(self) -> None:
        if (self.cluster / "PG_VERSION").exists():
            self._refuse_other_version()
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.folder / "cluster.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._refuse_unreachable(new)
        self._initialise(new)
        (new / "pg_hba.conf").write_text(HBA)
        self._single_user(new, "postgres", MAKE_ROLES.format(**self.passwords))
        self._single_user(new, "template1", CLOSE_PUBLIC)
        self._single_user(new, "postgres", "CREATE DATABASE eenlijn OWNER eenlijn;\n")
        self._note_passwords(new)
        new.rename(self.cluster)

    def _refuse_other_version(self) -> None:
        made_with = int((self.cluster / "PG_VERSION").read_text().split(".")[0])
        here = major_version(self.programs)
        if made_with != here:
            raise Problem(
                f"{self.cluster} was made by PostgreSQL {made_with}, this machine runs {here}. Use another folder "
                f"(--data), or remove {self.cluster} when you do not need its contents."
            )

    def _refuse_unreachable(self, new: Path) -> None:
        self.account.own(new)
        if self.account.kind == "nobody" and not self.account.can("-w", new):
            raise Problem(
                "You are root, so PostgreSQL runs as the user nobody, who cannot reach "
                f"{self.folder}. Choose a folder that everybody may enter, such as --data /var/tmp/eenlijn."
            )

    def _initialise(self, new: Path) -> None:
        command = [str(self.programs / "initdb"), "-D", str(new), "-U", "postgres", "-E", "UTF8", "--no-instructions"]
        # Nobody can connect before `pg_hba.conf` is replaced: the server is not started until then.
        command += ["--auth=trust", *locale_options(major_version(self.programs))]
        if not self.durable:
            command.append("--no-sync")
        self._run(command, "", "making its files")

    def _single_user(self, cluster: Path, database: str, statements: str) -> None:
        command = [str(self.programs / "postgres"), "--single", "-D", str(cluster), "-c", "exit_on_error=on"]
        command += ["-c", "fsync=off", "-c", "timezone=UTC", "-c", "log_timezone=UTC", database]
        self._run(command, statements, "preparing its roles")

    def _run(self, command: list[str], text: str, doing: str) -> None:
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=server_environment(),
                cwd=self.folder,
                preexec_fn=self.account.become,
            )
            process.communicate(text.encode())
        if process.returncode != 0:
            raise Problem(f"PostgreSQL failed while {doing}. Its log, {self.log}, ends with:\n{last_lines(self.log)}")

    def _set_passwords_once(self) -> None:
        # The secrets file can be lost or replaced while the databases stay.
        if not self._passwords_known():
            self._single_user(self.cluster, "postgres", MAKE_ROLES.format(**self.passwords))
            self._note_passwords(self.cluster)

    def _passwords_known(self) -> bool:
        note = self.cluster / "eenlijn_passwords"
        return note.exists() and note.read_text() == password_digest(self.passwords)

    def _note_passwords(self, cluster: Path) -> None:
        (cluster / "eenlijn_passwords").write_text(password_digest(self.passwords))
        self.account.own(cluster)


def password_digest(passwords: Mapping[str, str]) -> str:
    """Tells whether the cluster has these roles and passwords; they are random, so a plain hash gives nothing away."""
    names = ("superuser_password", "owner_password", "sync_password")
    joined = "\n".join([MAKE_ROLES, *(passwords[name] for name in names)])
    return hashlib.sha256(joined.encode()).hexdigest()


def locale_options(major: int) -> list[str]:
    """The same order of text on every machine: the builtin locale where this PostgreSQL has one."""
    if major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C", f"--lc-ctype={'C.UTF-8' if sys.platform == 'linux' else 'en_US.UTF-8'}"]


def server_environment() -> dict[str, str]:
    """The environment of a server: ours without what would point it elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def is_ready(cluster: Path, pid: int) -> bool:
    """Whether the postmaster with this id says that it takes connections."""
    with contextlib.suppress(OSError):
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
    return False


def recover(cluster: Path) -> None:
    """Clear what a killed server left behind, so that the next one can start.

    Call it only while holding the data folder's lock: then a server that still runs in it is an orphan."""
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists():
        return
    for pid in orphans(cluster):
        end_orphan(pid)
    pid_file.unlink(missing_ok=True)


def orphans(cluster: Path) -> list[int]:
    """The processes of a former server that still work in this cluster: their working folder is the cluster."""
    found = []
    for pid in all_processes() if Path("/proc/self").exists() else []:
        with contextlib.suppress(OSError):
            if Path(os.readlink(f"/proc/{pid}/cwd")) == cluster.resolve() and is_postgres(pid):
                found.append(pid)
    return found


def is_postgres(pid: int) -> bool:
    """Whether a process is a PostgreSQL server, and not somebody's shell in that folder."""
    return "postgres" in Path(os.readlink(f"/proc/{pid}/exe")).name


def end_orphan(pid: int) -> None:
    """Stop one leftover process, and wait until it is gone."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + 3
        while is_alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
