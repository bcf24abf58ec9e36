"""How a check refuses a declaration: what is wrong with it, and the file to open."""

import inspect
from pathlib import Path

from django.conf import settings
from django.core.checks import Error
from django.db.models import Model


def refused(model: type[Model], number: int, message: str, hint: str) -> Error:
    """The error that `manage.py check` shows about one model."""
    return Error(f"{model._meta.label} {message}", hint=hint, obj=model, id=f"settings_sync.E{number:03}")


def file_of(written: type) -> str:
    """The file that a class is written in, from the project's folder where it is below that."""
    path = Path(inspect.getsourcefile(written) or "")
    return str(path.relative_to(settings.BASE_DIR) if path.is_relative_to(settings.BASE_DIR) else path)
