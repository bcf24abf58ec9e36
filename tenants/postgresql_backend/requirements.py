"""Refusing a database, or an owner of it, with which the rules of the product would not hold.

Asked on the first connection of a process, whichever process it is; each fault is one sentence that says what to do.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

OLDEST = 15
"""The oldest PostgreSQL that was tried, with the tests of the fence and of runs; 18 is what the product is made for."""

FACTS = (
    "SELECT current_user, current_setting('is_superuser') = 'on', current_setting('server_encoding'),"
    " current_setting('server_version_num')::integer / 10000, current_setting('session_replication_role')"
)


class UnfitDatabase(ImproperlyConfigured):
    """The database, a login or the way to it would void what is promised; the sentence says what to change."""


_known: set[tuple[str, ...]] = set()


def refuse_unfit_database(connection: Any, parameters: Mapping[str, Any]) -> None:
    """Refuse to work with what `faults_of_database` finds; looked at once per process and address.

    Raises UnfitDatabase.
    """
    address = tuple(str(parameters.get(name)) for name in ("host", "port", "user", "dbname"))
    if address in _known:
        return
    faults = faults_of_database(connection)
    if faults:
        raise UnfitDatabase(" ".join(faults))
    _known.add(address)


def faults_of_database(connection: Any) -> list[str]:
    """Return a sentence for each thing that a connection of the owner finds wrong with its database."""
    login, is_superuser, encoding, version, role = connection.execute(FACTS).fetchone()
    faults = faults_of_role(login, role)
    if version < OLDEST:
        faults.append(f"This is PostgreSQL {version}; Eenlijn needs {OLDEST} or newer.")
    if is_superuser:
        # A superuser's session is above every right and may switch triggers off: nothing would be left of the fence.
        faults.append(
            f"{login} in DATABASE_URL is a superuser of PostgreSQL. Let a login own the database that is none:"
            f" ALTER ROLE {login} NOSUPERUSER, or CREATE ROLE another one."
        )
    if encoding != "UTF8":
        faults.append(
            f"The database has the encoding {encoding}, which cannot hold every text: make it anew with"
            " ENCODING 'UTF8'."
        )
    elif not _knows_capitals(connection):
        faults.append(
            "In the locale of the database É and é are two different letters, so that Één and één would be two names."
            " Make it anew with LC_CTYPE 'C.UTF-8', or with the builtin locale C.UTF-8."
        )
    return faults


def faults_of_role(login: str, role: str) -> list[str]:
    """Return a sentence when the sessions of a login are those of a replica, in which no trigger and no foreign key
    works."""
    if role == "origin":
        return []
    return [
        f"The sessions of {login} have session_replication_role = {role}, so that no trigger and no foreign key works:"
        f" ALTER ROLE {login} RESET session_replication_role, or that of the database or of postgresql.conf."
    ]


def _knows_capitals(connection: Any) -> bool:
    (knows,) = connection.execute("SELECT lower('É') = 'é'").fetchone()
    return bool(knows)
