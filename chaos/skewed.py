"""`python -m chaos.skewed SECONDS PROGRAM …`: a program of the product whose own clock is that far off."""

import runpy
import sys
from datetime import timedelta


def main() -> None:
    """Set Django's clock off, then run `manage.py …` or `-m module …` as if it had been started so."""
    import django.utils.timezone as clock

    off = timedelta(seconds=float(sys.argv[1]))
    right = clock.now
    clock.now = lambda: right() + off
    if sys.argv[2] == "-m":
        sys.argv = sys.argv[3:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = sys.argv[2:]
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
