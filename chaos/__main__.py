"""`python -m chaos [name] [--short | --full] [--json FILE]`: what `./dev chaos` runs."""

import argparse
import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

import django

from local_servers.stopping import install_stop_signals

from .stage import Stage
from .table import Row, print_table

# Known before Django is set up, which needs the servers.
FAULTS: tuple[str, ...] = ("points", "storm", "broker", "messages", "sleepers", "turns", "rolling")
FAULTS += ("migrations", "edits", "disk", "content", "clocks", "times", "names", "cancels", "undo", "audit", "wal")


def main() -> int:
    """Set the stage, try the faults, print the table; 1 when a guarantee fell short."""
    options = read_options()
    install_stop_signals()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    parent = os.environ.get("EENLIJN_DATA") or tempfile.gettempdir()
    os.makedirs(parent, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="eenlijn-chaos-", dir=parent, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        stage = Stage(Path(folder))
        try:
            stage.start()
            rows = run(stage, options)
            # Before the folder is removed, which takes a while after hundreds of administrations.
            print_table(rows)
            if options.json:
                options.json.write_text(json.dumps([row.as_json() for row in rows], indent=2) + "\n")
        finally:
            stage.stop()
    return 0 if all(row.held for row in rows) else 1


def run(stage: Stage, options: argparse.Namespace) -> list[Row]:
    """Try the chosen faults, one after the other."""
    warnings.simplefilter("ignore")
    django.setup()
    from tenants.migrating import migrate_everything

    from .scenarios import SCENARIOS

    assert tuple(SCENARIOS) == FAULTS
    migrate_everything()
    rows: list[Row] = []
    for name in options.names or SCENARIOS:
        started = time.monotonic()
        found = SCENARIOS[name](stage, options.full)
        rows += found
        held = "held" if all(row.held for row in found) else "FELL SHORT"
        print(f"{name}: {held} ({time.monotonic() - started:.0f} s)", file=sys.stderr, flush=True)
    return rows


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="./dev chaos", description="The guarantees under fire.")
    parser.add_argument("names", nargs="*", metavar="name", help="one or more faults; all without a name")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--short", dest="full", action="store_false", help="few of each, for every commit (the default)")
    size.add_argument("--full", dest="full", action="store_true", help="as many as the guarantees are stated for")
    parser.add_argument("--json", type=Path, help="write the table to this file")
    parser.set_defaults(full=False)
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in FAULTS]
    if unknown:
        parser.error(f"there is no {unknown[0]}; choose from {', '.join(FAULTS)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
