#!/usr/bin/env python3
"""Django's command line for Eenlijn; `./dev manage` runs it against the development servers."""

import os
import sys


def main() -> int:
    """Run one command; what the database refuses is told in a sentence. Returns the exit code.

    Who stops it, or reads no further, is told by the exit code that shells have for that.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.stderr.isatty():
        os.environ.setdefault("LOG_FORMAT", "text")
    import django.db
    import psycopg
    from django.core.management import execute_from_command_line

    from config.database_trouble import sentence_for
    from tenants.postgresql_backend.requirements import UnfitDatabase

    try:
        execute_from_command_line(sys.argv)
    except (django.db.OperationalError, psycopg.OperationalError) as error:
        if (sentence := sentence_for(error)) is None:
            raise
        print(sentence, file=sys.stderr)
        return 2
    except UnfitDatabase as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # What is still to be written at the end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return 0


if __name__ == "__main__":
    sys.exit(main())
