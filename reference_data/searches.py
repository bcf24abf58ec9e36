"""Where the other shared settings are edited, for who found one."""

import uuid

from django.urls import reverse

from settings_sync.services.settings.finding import register_pages

from .lists import LISTS


def _page(kind: str, slug: str, uid: uuid.UUID) -> str:
    keys = {code_list.model._meta.label_lower: code_list.key for code_list in LISTS.values()}
    return reverse("reference_data:edit", args=[slug, keys[kind], uid])


register_pages("reference_data", _page)
