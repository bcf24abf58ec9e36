"""What the pages of taking over say of settings that are alike."""

from django import template
from django.utils.text import capfirst

from settings_sync.declaring.kinds import all_kinds
from settings_sync.wording.likeness import likeness_in_words

register = template.Library()
register.filter(likeness_in_words)


@register.simple_tag
def kind_label(kind: str) -> str:
    """What people call settings of a kind, several of them."""
    return capfirst(str(all_kinds()[kind].label_plural))
