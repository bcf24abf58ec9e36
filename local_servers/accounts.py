"""Which account a server runs as: PostgreSQL refuses to run as root."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
UNPRIVILEGED_ID = 1000


@dataclass(frozen=True)
class Account:
    """An account for a process: `own` as we are, `mapped` root that looks like an ordinary user, or `nobody`."""

    kind: str

    def become(self) -> None:
        """Change the calling process (a fresh child) into this account."""
        if self.kind == "mapped":
            become_mapped()
        elif self.kind == "nobody":
            become_nobody()

    def own(self, path: Path) -> None:
        """Give this account the files that its server must own."""
        if self.kind != "nobody":
            return
        entry = pwd.getpwnam("nobody")
        for found in [path, *path.rglob("*")]:
            os.chown(found, entry.pw_uid, entry.pw_gid, follow_symlinks=False)

    def can(self, test: str, path: Path) -> bool:
        """Whether this account may do what `test` (a flag of test(1): -x, -r, -w) asks about the path."""
        done = subprocess.run(["/bin/sh", "-c", f'test {test} "$1"', "sh", str(path)], preexec_fn=self.become)
        return done.returncode == 0


OWN = Account("own")


def become_mapped() -> None:
    """Enter a user namespace in which root is an ordinary user: same files, no right of root (unshare --map-user)."""
    owner = os.geteuid()
    group = os.getegid()
    if LIBC.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{UNPRIVILEGED_ID} {owner} 1")
    Path("/proc/self/gid_map").write_text(f"{UNPRIVILEGED_ID} {group} 1")


def become_nobody() -> None:
    """Drop every right of root for those of `nobody`."""
    entry = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def account_for_postgres() -> Account:
    """Ourselves, unless we are root: then a mapped account where the machine allows it, else `nobody`."""
    if os.geteuid() != 0:
        return OWN
    wanted = os.environ.get("EENLIJN_POSTGRES_ACCOUNT", "mapped")
    mapped = Account("mapped")
    if wanted == "mapped" and works(mapped):
        return mapped
    return Account("nobody")


def works(account: Account) -> bool:
    """Whether a process can run as this account here (containers often forbid user namespaces)."""
    try:
        return subprocess.run([sys.executable, "-c", ""], preexec_fn=account.become).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def preparation(account: Account, death_signal: signal.Signals) -> Callable[[], None]:
    """What a fresh child does before it becomes a server: change account, then ask to die with its parent."""
    parent = os.getpid()

    def prepare() -> None:
        account.become()
        # After the change of account: that clears the request. A parent that died in between is noticed.
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:
                os._exit(1)

    return prepare
