"""Where templates are edited, for who found one."""

import uuid

from django.urls import reverse

from settings_sync.services.settings.finding import register_pages

from .views import SECTIONS


def _page(kind: str, slug: str, uid: uuid.UUID) -> str:
    keys = {section.model._meta.label_lower: section.key for section in SECTIONS.values()}
    return reverse("templates:edit", args=[slug, keys[kind], uid])


register_pages("templates_catalog", _page)
