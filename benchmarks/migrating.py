"""`./dev bench migrating`: what a release with one column more takes in each administration, and one with nothing."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from django.conf import settings

from local_servers.processes import PROJECT
from tenants.models import Administration

from .measuring import Medians, Times
from .settings_data import make_administration

APP = "forms_catalog"
MODEL = "form"
NEWER = "newer_release"
SETTINGS = f"""
from {{settings}} import *

MIGRATION_MODULES = {{{{"{APP}": "{NEWER}.migrations"}}}}
"""
ADD_COLUMN = f"""
from django.db.migrations import AddField, Migration as Base
from django.db.models import TextField


class Migration(Base):
    dependencies = [("{APP}", "{{last}}")]
    operations = [AddField("{MODEL}", "later{{number}}", TextField(null=True))]
"""


def run(rounds: int = 3, administrations: int = 20) -> Medians:
    """Measure, print a table, and return the medians in seconds: per administration, and of the whole command."""
    main = make_administration("Bench groep")
    while Administration.objects.active().count() < administrations:
        make_administration("Bench sub", main)
    administrations = Administration.objects.active().count()
    times = Times()
    with newer_release() as release:
        for number in range(rounds):
            release.add_column(number)
            times.add("a_column", "each", migrate(release) / administrations)
            times.take("nothing", "whole", lambda: migrate(release))
    print(f"\nSeconds, {administrations} administrations, by a process of its own, as a release has it.\n")
    times.show(("each", "whole"), "each")
    return times.medians()


class Release:
    """The code with migrations more, in a folder that stands before the project on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        package = folder / NEWER
        shown = import_module(f"{APP}.migrations").__path__[0]
        shutil.copytree(shown, package / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
        (package / "__init__.py").touch()
        (package / "settings.py").write_text(SETTINGS.format(settings=settings.SETTINGS_MODULE))

    def add_column(self, number: int) -> None:
        """Let it have a migration more, which adds a column to one table of each administration."""
        files = self.folder / NEWER / "migrations"
        last = max(file.stem for file in files.glob("[0-9]*.py"))
        (files / f"9{number:03}_later.py").write_text(ADD_COLUMN.format(last=last, number=number))

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that runs it."""
        path = os.pathsep.join([str(self.folder), str(PROJECT)])
        return {**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": f"{NEWER}.settings"}


@contextmanager
def newer_release() -> Iterator[Release]:
    """A release that has no migration more yet; its folder is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="eenlijn-release-") as folder:
        yield Release(Path(folder))


def migrate(release: Release) -> float:
    """Run `migrate_administrations` of a release; the seconds from its first administration on, or of all of it.

    What comes before that is the shared schema and the template, which are migrated once however many there are.
    """
    started = time.perf_counter()
    command = [sys.executable, "manage.py", "migrate_administrations"]
    with subprocess.Popen(command, cwd=PROJECT, env=release.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = None
        for line in process.stdout:
            if line.startswith("  "):
                first = first or time.perf_counter()
    assert process.returncode == 0, "Migrating failed."
    return time.perf_counter() - (first or started)
