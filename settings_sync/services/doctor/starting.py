"""What must hold before a process of the product starts to work."""

import logging

import psycopg
from django.utils.translation import override

from settings_sync.engine.applying.connections import refuse_unusable_login
from tenants.plain_connections import plain_parameters
from tenants.postgresql_backend import requirements

from .surroundings import faults_of_translations

logger = logging.getLogger(__name__)

ANSWERS_WITHIN_SECONDS = 5


def refuse_unfit_database() -> None:
    """Refuse a database, or one of the two logins, with which the fence would be none.

    Raises UnfitDatabase, or psycopg.OperationalError when a login cannot enter.
    """
    parameters = plain_parameters(connect_timeout=ANSWERS_WITHIN_SECONDS)
    with psycopg.connect(**parameters, autocommit=True) as owner:
        requirements.refuse_unfit_database(owner, parameters)
    refuse_unusable_login()


def refuse_at_start() -> None:
    """Refuse as `refuse_unfit_database` does, and say in the log what is missing else. Raises UnfitDatabase.

    A database that is away is no reason to stop: it is waited for, and whoever connects then asks the same again.
    """
    with override("en"):  # as every line of the log
        for fault in faults_of_translations():
            logger.warning(fault.sentence)
    try:
        refuse_unfit_database()
    except psycopg.OperationalError as error:
        logger.warning("Starting while the database is away: %s", str(error).partition("\n")[0])
