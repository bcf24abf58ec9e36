"""The page that a file which goes along with an e-mail is opened from."""

from base64 import b64decode
from uuid import UUID

from csp.decorators import csp
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from tenants.entering import AdministrationRequest, administration_page

from .attachments import media_type_of
from .models import Attachment
from .rights import TemplateRight


@csp({"default-src": ["'none'"], "sandbox": True})
@administration_page(TemplateRight.READ)
def open_attachment(request: AdministrationRequest, uid: UUID, attachment: UUID) -> HttpResponse:
    """A file of a template, to whoever may see that: saved by the browser and never shown here, whatever it holds."""
    row = get_object_or_404(Attachment, template__uid=uid, uid=attachment)
    disposition = content_disposition_header(True, row.name) or "attachment"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(b64decode(row.content), content_type=media_type_of(row), headers=headers)
