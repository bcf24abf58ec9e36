"""What an installation needs beside its database: broker, worker, mail, static files, translations and the clock."""

import filecmp
import time
from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTPException

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.mail import get_connection
from django.db import connection

from .answering import broker_answers, worker_answers
from .faults import Fault
from .logins import first_line

CLOCKS_DIFFER_AT_MOST = 5.0
"""Seconds. Leases go by the clock of the database, sessions and previews by that of the machine."""

NOBODYS_HOST = "localhost"


def faults_of_servers() -> Iterator[Fault]:
    """A broker or workers that do not answer."""
    if not broker_answers():
        yield Fault("broker-away")
    elif not worker_answers():
        yield Fault("worker-away")


def faults_of_mail() -> Iterator[Fault]:
    """A mail server that cannot be used; where there is none to be used, no mail is written, and that is no fault."""
    if not settings.SENDS_MAIL:
        return
    server = get_connection()
    try:
        server.open()
        server.close()
    except (OSError, SMTPException) as error:
        yield Fault("mail-away", facts={"detail": first_line(error)})
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith(f"@{NOBODYS_HOST}"):
        yield Fault("sender-unset", facts={"sender": settings.DEFAULT_FROM_EMAIL})


def faults_of_static_files() -> Iterator[Fault]:
    """Collected files that are not those of this version. Where nothing was collected they come from where they are."""
    collected = Path(settings.STATIC_ROOT) if settings.STATIC_ROOT else None
    if collected is None or not collected.is_dir():
        return
    wrong = sorted(name for name, source in _static_files() if not _is_copied(source, collected / name))
    if wrong:
        yield Fault("static-files-outdated", facts={"number": len(wrong), "name": wrong[0]})


def _static_files() -> Iterator[tuple[str, Path]]:
    """Every static file by name; of two with one name the first is used, as when they are collected."""
    seen = set()
    for finder in get_finders():
        for name, storage in finder.list(["CVS", ".*", "*~"]):
            if name not in seen:
                seen.add(name)
                yield name, Path(storage.path(name))


def _is_copied(source: Path, copy: Path) -> bool:
    return copy.is_file() and filecmp.cmp(source, copy, shallow=False)


def faults_of_translations() -> Iterator[Fault]:
    """Catalogs that were not compiled since they were written."""
    # Of the product and its apps. Deeper stand those of what is installed, in more folders than a start has time for.
    catalogs = "locale/*/LC_MESSAGES/django.po"
    for source in sorted([*settings.BASE_DIR.glob(catalogs), *settings.BASE_DIR.glob(f"*/{catalogs}")]):
        compiled = source.with_suffix(".mo")
        if not (compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime):
            yield Fault("translations-outdated", facts={"name": str(source.relative_to(settings.BASE_DIR))})


def faults_of_clock() -> Iterator[Fault]:
    """A clock of this machine that is not that of the database."""
    before = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        (there,) = cursor.fetchone()
    # The database has looked somewhere between the two moments: only what lies outside them is a difference.
    apart = max(before - there, there - time.time(), 0.0)
    if apart > CLOCKS_DIFFER_AT_MOST:
        yield Fault("clocks-differ", facts={"seconds": round(apart)})
