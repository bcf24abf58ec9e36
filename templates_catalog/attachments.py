"""The files that go along with every e-mail made of a template: changed with it, told in its log, put to a mail."""

import mimetypes
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMessage
from django.db.models import Max
from django.utils.translation import gettext as _

from catalog_kit.editing import refuse_when, values_of

from .models import Attachment, MessageTemplate
from .rules import problems_of_attachments

ATTACH, DETACH = "attach", "detach"
"""Beside the fields of a template: files by name, in base64, and the names of those that go no more."""
UNKNOWN = "application/octet-stream"


def change_attachments(item: Any, values: Mapping[str, Any]) -> None:
    """Put files to a template that was saved, in the place of those of the same name, and take others away.

    Raises EditRefused.
    """
    files: Mapping[str, str] = values.get(ATTACH) or {}
    gone = values.get(DETACH) or ()
    if not isinstance(item, MessageTemplate) or not (files or gone):
        return
    if files and item.kind == MessageTemplate.Kind.SMS:
        refuse_when({ATTACH: [_("No file goes along with an SMS.")]})
    # Before they are written: a column would refuse a long name in words of its own.
    refuse_when({ATTACH: problems_of_attachments(list(files.items()))})
    item.attachments.filter(name__in=gone).delete()
    last = item.attachments.aggregate(last=Max("position"))["last"] or 0
    for number, (name, content) in enumerate(files.items(), start=1):
        if not item.attachments.filter(name=name).update(content=content):
            Attachment.objects.create(template=item, name=name, content=content, position=last + number)
    refuse_when({ATTACH: problems_of_attachments(list(item.attachments.values_list("name", "content")))})


def attachments_for_log(item: MessageTemplate) -> dict[str, Any]:
    """The files of a template as people read them, by path as the log of edits has it."""
    rows = list(item.attachments.order_by("position")) if item.pk else []
    values: dict[str, Any] = {"attachments": [row.name for row in rows]}
    for row in rows:
        told = values_of(row, ("name", "content"))
        values |= {f"attachments/{row.name}/{name}": value for name, value in told.items()}
    return values


def attach_to(mail: EmailMessage, item: Any) -> None:
    """Put the files of a template to a mail that was made of it."""
    if not isinstance(item, MessageTemplate) or not item.pk:
        return
    for row in item.attachments.order_by("position"):
        mail.attach(row.name, b64decode(row.content), media_type_of(row))


def media_type_of(row: Attachment) -> str:
    """What a file is said to be, by its name."""
    return mimetypes.guess_type(row.name)[0] or UNKNOWN
