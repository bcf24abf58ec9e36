"""The logo of an administration: stored, taken away, and put where templates ask for it."""

from base64 import b64encode
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from accounts.models import User
from audit.models import record
from catalog_kit.company_values import LOGO, company_values
from catalog_kit.editing import EditRefused
from catalog_kit.placing import Picture
from settings_sync.services.reports.letterhead import LogoPicture
from tenants.models import Administration
from tenants.permissions import require
from tenants.rights import AdministrationRight

from .models import Logo

MAY_CHANGE = AdministrationRight.UPDATE
"""A logo belongs to the company details, and so does the right to change it."""
MOST_BYTES = 500 * 1024
MOST_PIXELS = 4_000
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


def store_logo(*, acting_user: User, administration: Administration, logo: UploadedFile) -> Logo:
    """Put a picture in place of the logo. Raises NotAllowed, or EditRefused for what is no picture of a fair size."""
    require(acting_user, MAY_CHANGE, administration)
    content = b"" if (logo.size or 0) > MOST_BYTES else logo.read()
    media_type = media_type_of(content)
    with transaction.atomic():
        stored, _is_new = Logo.objects.update_or_create(pk=1, defaults={"media_type": media_type, "content": content})
        record("logo.changed", actor=acting_user, administration=administration, media_type=media_type)
    return stored


def remove_logo(*, acting_user: User, administration: Administration) -> None:
    """Take the logo away: the name of the company stands there again. Raises NotAllowed."""
    require(acting_user, MAY_CHANGE, administration)
    with transaction.atomic():
        gone, _per_model = Logo.objects.all().delete()
        if gone:
            record("logo.deleted", actor=acting_user, administration=administration)


def media_type_of(content: bytes) -> str:
    """Return the kind of picture that a file holds. Raises EditRefused for anything else, and for what is too large."""
    if not content:
        raise EditRefused({"logo": [_("This file is larger than 500 kB, or empty. Choose a smaller picture.")]})
    try:
        with Image.open(BytesIO(content), formats=list(MEDIA_TYPES)) as picture:
            size = picture.size
            kind = picture.format or ""
            picture.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise EditRefused({"logo": [_("This is not a picture. Choose a PNG, JPEG, GIF or WebP.")]}) from error
    if max(size) > MOST_PIXELS:
        message = _("This picture is %(width)d by %(height)d. Choose one of at most %(most)d.")
        facts = {"width": size[0], "height": size[1], "most": MOST_PIXELS}
        raise EditRefused({"logo": [message % facts]})
    return MEDIA_TYPES[kind]


def logo_address() -> str:
    """Return the logo of the administration that was entered as a `data:` address; empty without one."""
    stored = Logo.objects.first()
    if stored is None:
        return ""
    return f"data:{stored.media_type};base64,{b64encode(bytes(stored.content)).decode()}"


def read_logo() -> LogoPicture | None:
    """Return the picture itself, of the administration that was entered, if it has one."""
    stored = Logo.objects.first()
    return None if stored is None else LogoPicture(stored.media_type, bytes(stored.content))


def letterhead(administration: Any) -> dict[str, Any]:
    """Return the `bedrijf` placeholders of the administration that was entered, with its logo."""
    values = company_values(administration)
    return {**values, LOGO: Picture(logo_address(), values["bedrijf.naam"])}
