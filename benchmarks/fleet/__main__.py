"""`python -m benchmarks.fleet SIZE ROUNDS FILE`: one size, in the database that the environment names."""

import json
import os
import sys
from pathlib import Path

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from .one_size import measure

    size = int(sys.argv[1])
    rounds = int(sys.argv[2])
    found = Path(sys.argv[3])
    found.write_text(json.dumps(measure(size, rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
