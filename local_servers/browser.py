"""The browser that the tests drive: Debian's chromium, installed where that is allowed."""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
APT = ("apt-get", "-y", "-q", "-o", "Dpkg::Use-Pty=0", "-o", "Acquire::Retries=3")
ATTEMPTS = 3


def find_browser() -> str | None:
    """The browser's program: CHROMIUM names it, else it is looked for on the machine."""
    named = os.environ.get("CHROMIUM")
    if named and shutil.which(named):
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def ready_browser() -> str | None:
    """The browser's program, installed first where we may; None, with the way to get it told, where we may not."""
    if (found := find_browser()) is not None:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing chromium for the browser tests (once) ...", flush=True)
        if install() and (found := find_browser()) is not None:
            return found
    print(
        "No chromium was found, so the browser tests will fail. Install it (as root: apt-get install chromium), "
        "or name it: CHROMIUM=/path/to/chromium ./dev test",
        flush=True,
    )
    return None


def install() -> bool:
    """Install chromium and a font with apt-get; whether that worked."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = ("chromium", "fonts-dejavu-core")
    for _attempt in range(ATTEMPTS):
        apt(["update"], environment)
        if apt(["install", "--no-install-recommends", *packages], environment):
            return True
    return False


def apt(arguments: list[str], environment: dict[str, str]) -> bool:
    """Run apt-get quietly; whether it succeeded, its output shown when not."""
    done = subprocess.run([*APT, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout[-1500:] + done.stderr[-1500:], flush=True)
    return done.returncode == 0
