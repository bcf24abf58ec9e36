"""A template as a mail to oneself, to see what a mail program makes of it."""

import re
from base64 import b64decode
from email.mime.image import MIMEImage
from smtplib import SMTPException

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from catalog_kit.editing import EditRefused
from settings_sync.wording.word_changes import readable
from tenants.models import Administration
from tenants.permissions import require

from .attachments import attach_to
from .models import Block, Layout, MessageTemplate
from .previews import preview_of
from .rights import TemplateRight

_INLINER = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
_PICTURE = re.compile(r'src="data:image/(png|jpeg|gif|webp);base64,([A-Za-z0-9+/=]+)"')


def send_trial_mail(
    *, acting_user: User, administration: Administration, item: MessageTemplate | Layout | Block
) -> str:
    """Send the template, filled in with samples, to the user alone; return the address that it went to.

    Raises NotAllowed, or EditRefused for an SMS, without a mail server, and when that does not take it.
    """
    require(acting_user, TemplateRight.READ, administration)
    if isinstance(item, MessageTemplate) and item.kind == MessageTemplate.Kind.SMS:
        raise EditRefused({"": [_("An SMS cannot be sent as a mail.")]})
    if not settings.SENDS_MAIL:
        raise EditRefused({"": [_("There is no mail server here: the setting EMAIL_URL names it.")]})
    shown = preview_of(item, administration)
    subject = _("Test: %(subject)s") % {"subject": shown.subject or str(item)}
    try:
        mail = as_mail(subject, str(shown.body), acting_user.email)
        attach_to(mail, item)
        mail.send()
    except (SMTPException, OSError) as error:
        raise EditRefused({"": [_("The mail server did not take this mail. Try again later.")]}) from error
    return acting_user.email


def as_mail(subject: str, body: str, address: str) -> EmailMultiAlternatives:
    """Return a mail that mail programs show as it is meant: style beside each tag, pictures along with it, and text."""
    pictures: list[MIMEImage] = []

    def along(match: re.Match[str]) -> str:
        name = f"picture{len(pictures) + 1}"
        pictures.append(_picture(name, match.group(1), match.group(2)))
        return f'src="cid:{name}"'

    html = _PICTURE.sub(along, with_inline_style(body))
    mail = EmailMultiAlternatives(subject, readable(body), to=[address])
    mail.attach_alternative(html, "text/html")
    for picture in pictures:
        mail.attach(picture)
    return mail


def with_inline_style(body: str) -> str:
    """Return HTML as a whole page in which every tag has its own style; rules for screens stay where they were."""
    page = format_html(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"></head><body>{}</body></html>', get_language(), "{}"
    )
    return _INLINER.inline(page.replace("{}", body, 1))


def _picture(name: str, kind: str, content: str) -> MIMEImage:
    picture = MIMEImage(b64decode(content), _subtype=kind)
    picture.add_header("Content-ID", f"<{name}>")
    picture.add_header("Content-Disposition", "inline", filename=f"{name}.{kind}")
    return picture
