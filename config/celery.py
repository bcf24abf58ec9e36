"""The Celery application. A message carries one id and is only a wake-up: the row in the database is the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("eenlijn")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
