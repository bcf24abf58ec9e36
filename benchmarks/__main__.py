"""`python -m benchmarks [name] [--json FILE] [--rounds N]`: what `./dev bench` runs."""

import argparse
import json
import os
import sys
from pathlib import Path

import django

from .measuring import Medians

NAMES = ("editor", "engine", "fleet", "migrating", "preview", "product", "takeover", "undo")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("name", nargs="?", default="engine", choices=NAMES)
    parser.add_argument("--json", type=Path, help="write the medians in seconds to this file")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument(
        "--children", type=int, help="how many sub-administrations (preview: 400, product: 100, migrating: 20)"
    )
    parser.add_argument(
        "--administrations",
        type=_sizes,
        default=[100],
        metavar="N[,N…]",
        help="fleet: how many, or several sizes (100)",
    )
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    medians = _run(options)
    if options.json:
        options.json.write_text(json.dumps({options.name: medians}, indent=2) + "\n")
    return 0


def _sizes(text: str) -> list[int]:
    sizes = [int(size) for size in text.split(",")]
    if min(sizes) < 2:
        raise ValueError
    return sizes


def _run(options: argparse.Namespace) -> Medians:
    from . import editor, engine, migrating, preview, product, takeover, undo
    from .fleet import running

    if options.name == "fleet":
        return running.run(options.administrations, options.rounds)

    if options.name == "preview":
        return preview.run(rounds=options.rounds, many=options.children or 400)
    if options.name == "takeover":
        return takeover.run(rounds=options.rounds)
    if options.name == "product":
        return product.run(rounds=options.rounds, children=options.children or 100)
    if options.name == "migrating":
        return migrating.run(rounds=options.rounds, administrations=options.children or 20)
    if options.name == "editor":
        return editor.run(rounds=options.rounds)
    if options.name == "undo":
        return undo.run(rounds=options.rounds)
    return engine.run(rounds=options.rounds)


if __name__ == "__main__":
    sys.exit(main())
