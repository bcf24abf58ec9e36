"""What the pages of taking over say of settings that are alike."""

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise
from django.utils.text import capfirst

from settings_sync.services.takeover.own_settings import Sort
from settings_sync.wording.likeness import likeness_in_words

register = template.Library()
register.filter(likeness_in_words)


@register.simple_tag
def sort_label(sort: Sort, labels: Mapping[Sort, str | Promise]) -> str:
    """How sure the proposals below it are."""
    return capfirst(str(labels[sort]))
