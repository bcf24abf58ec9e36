"""Settings, URLs, Celery and WSGI: knows every app, and is known by none."""

from .celery import app as celery_app

__all__ = ["celery_app"]
