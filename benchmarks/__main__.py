"""`python -m benchmarks [name] [--json FILE] [--rounds N]`: what `./dev bench` runs."""

import argparse
import json
import os
import sys
from pathlib import Path

import django


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("name", nargs="?", default="engine", choices=["engine"])
    parser.add_argument("--json", type=Path, help="write the medians in seconds to this file")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the quick ways (the ORM loop has one)")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from . import engine

    medians = engine.run(rounds=options.rounds)
    if options.json:
        options.json.write_text(json.dumps({options.name: medians}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
