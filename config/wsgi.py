"""The WSGI application that gunicorn serves."""

import logging
import os

from django.core.wsgi import get_wsgi_application

from .bodies import KnownLength

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
logging.captureWarnings(True)

application = KnownLength(get_wsgi_application())


def _refuse_at_start() -> None:
    # Services can only be imported when Django has been set up, as it is by now.
    from settings_sync.services.doctor.starting import refuse_at_start

    refuse_at_start()


_refuse_at_start()
