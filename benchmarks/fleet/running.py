"""Each size in a process and a database of its own, which is dropped again whatever happens."""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from .growth import show_growth

URLS = ("DATABASE_URL", "SYNC_DATABASE_URL")
Figures = dict[str, Any]


def run(sizes: Sequence[int], rounds: int) -> Figures:
    """Measure every size and print its figures; with several sizes also how each figure grows. Returns those of the
    last size, with `sizes` all of them where there are several."""
    measured = [_measure(size, rounds) for size in sizes]
    if len(measured) == 1:
        return measured[0]
    laws = show_growth(measured)
    return {**measured[-1], "sizes": measured, "growth": laws}


def _measure(size: int, rounds: int) -> Figures:
    with _own_database() as environment, tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "benchmarks.fleet", str(size), str(rounds), str(found)]
        subprocess.run(command, env={**os.environ, **environment}, check=True)
        figures: Figures = json.loads(found.read_text())
        return figures


@contextmanager
def _own_database() -> Iterator[dict[str, str]]:
    """An empty database beside the one that the environment names, and the environment that names it instead."""
    name = f"eenlijn_fleet_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {url: urlunsplit(urlsplit(os.environ[url])._replace(path=f"/{name}")) for url in URLS}
        finally:
            # Whatever was killed may still have a session in it.
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
                [name],
            )
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
