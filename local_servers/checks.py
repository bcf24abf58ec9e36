"""`./dev check`: every check of the code, all run, one line each, the output of those that fail."""

import os
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from local_servers.interpreters import python_environment
from local_servers.processes import PROJECT
from local_servers.translations import compile_catalogs

# No database is needed to check code; nothing listens there.
NOWHERE = {
    "DATABASE_URL": "postgres://eenlijn:none@127.0.0.1:1/eenlijn",
    "SYNC_DATABASE_URL": "postgres://eenlijn_sync:none@127.0.0.1:1/eenlijn",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "only-for-checking-code-" + "x7Kq2mZp9WvT4rYb" * 3,
    "DJANGO_SETTINGS_MODULE": "config.settings",
}
PRODUCTION = {
    "DEBUG": "false",
    "BASE_URL": "https://eenlijn.example",
    "ALLOWED_HOSTS": "eenlijn.example",
    "EENLIJN_DEMO": "false",
    # Off unless somebody chooses them, and `check --deploy` warns of both.
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": "true",
    "SECURE_HSTS_PRELOAD": "true",
}


@dataclass(frozen=True)
class Check:
    """One check: a command whose exit code is the verdict."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """How one check went."""

    ok: bool
    output: str
    seconds: float


def checks(python: str) -> list[Check]:
    """All checks, the slowest first."""
    module = (python, "-m")
    manage = (python, "manage.py")
    lint_imports = "import sys; from importlinter.cli import lint_imports_command as lint; sys.exit(lint())"
    return [
        Check("types (mypy)", (*module, "mypy", "--no-error-summary", ".")),
        Check("format (ruff)", (*module, "ruff", "format", "--check", ".", "dev")),
        Check("lint (ruff)", (*module, "ruff", "check", "--quiet", ".", "dev")),
        Check("import rules (import-linter)", (python, "-c", lint_imports)),
        Check("Django: check", (*manage, "check", "--fail-level", "WARNING")),
        Check("Django: check --deploy", (*manage, "check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
        Check("Django: no missing migrations", (*manage, "makemigrations", "--check", "--dry-run")),
        Check("translations complete", (*module, "quality.translations")),
        Check("security (bandit)", (*module, "bandit", "-q", "-r", ".", "-c", "pyproject.toml", "-ii")),
        Check("templates: format (djade)", djade_check(Path(python).with_name("djade"))),
        Check("templates: lines and columns", (*module, "quality.templates")),
        Check("lock files", (*module, "quality.lock_files")),
        Check("docker-compose.yml", compose_check(module)),
    ]


def compose_check(module: tuple[str, ...]) -> tuple[str, ...]:
    """The command that holds the compose file against the schema of compose files."""
    return (*module, "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


def djade_check(djade: Path) -> tuple[str, ...]:
    """The command that formats no template, but says which ones djade would."""
    templates = (str(template.relative_to(PROJECT)) for template in PROJECT.glob("templates/**/*.html"))
    return (str(djade), "--check", "--target-version", "5.2", *sorted(templates))


def run_checks(python: Path) -> int:
    """Run all checks, as many at once as there are processors; 1 when one failed."""
    compile_catalogs(PROJECT)
    todo = checks(str(python))
    failed = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for check, verdict in zip(todo, pool.map(run_check, todo), strict=True):
            failed += not verdict.ok
            report(check, verdict)
    print(f"{failed} of {len(todo)} checks failed." if failed else f"All {len(todo)} checks are clean.")
    return 1 if failed else 0


def run_check(check: Check) -> Verdict:
    """Run one check to its end."""
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=PROJECT,
        env={**python_environment(), **NOWHERE, **check.environment, "PYTHONWARNINGS": "ignore::RuntimeWarning"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Verdict(done.returncode == 0, done.stdout, time.monotonic() - started)


def report(check: Check, verdict: Verdict) -> None:
    """One line for a check, its output below when it failed."""
    print(f"{'ok    ' if verdict.ok else 'FAILED'}  {check.name}  ({verdict.seconds:.1f} s)", flush=True)
    if not verdict.ok:
        print("\n".join(f"    {line}" for line in verdict.output.splitlines()), flush=True)
