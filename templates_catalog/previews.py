"""Previews of a template with the values of one administration, and what its author should know."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog_kit.template_language import without_braces
from settings_sync.declaring.options import Shown
from settings_sync.services.previews.filled_in import show_there
from tenants.entering import AdministrationRequest
from tenants.models import Administration

from .local_values import BlockValues, LayoutValues, MessageValues, TemplateValues
from .models import Block, Layout, MessageTemplate
from .rights import TemplateRight
from .shared_blocks import problems_of_blocks, read_book


def preview_of(item: Any, administration: Any) -> Shown:
    """A message or layout filled in with the own values of the administration that was entered, and sample data."""
    values = local_values_of(item)
    return values.show(document_of(item), values.read(administration))


def show_in(there: Administration, item: Any, here: Administration) -> Shown:
    """What is typed here, filled in for one of the administrations that take it over."""
    if there == here:
        return preview_of(item, here)
    return show_there(there, item._meta.label_lower, document_of(item))


def readable_administrations(request: AdministrationRequest) -> list[Administration]:
    """The administration of a page, and where that is a main one those below it whose templates the user may read."""
    here = request.administration
    if not here.is_main:
        return [here]
    held = {"memberships__user": request.user, "memberships__role__rights__contains": [TemplateRight.READ]}
    found = Administration.objects.active().filter(parent=here).filter(**held)
    return [here, *sorted(found, key=lambda row: row.name.casefold())]


def warnings_about(item: Any, administration: Any) -> list[str]:
    """What is not wrong but worth knowing: details this administration lacks, and details typed out literally."""
    if not isinstance(item, Layout | MessageTemplate | Block):
        return []
    values = local_values_of(item)
    document = document_of(item)
    lacking = values.warn_of_missing(values.names_in(document), values.read(administration))
    literals = values.warn_of_literals(document, values.own_details(administration), administration.name)
    texts = [str(document.get(name) or "") for name in values.fields]
    chosen = [block.uid for block in item.blocks.all()] if item.pk else []
    named = problems_of_blocks(type(item), document, read_book(), uid=item.uid, chosen=chosen)
    about_blocks = [message for messages in named.values() for message in messages]
    in_words = [values.in_words(warned) for warned in (*lacking, *literals)]
    return [*about_blocks, *in_words, *_warnings_about_braces(texts)]


def _warnings_about_braces(texts: Iterable[str]) -> list[str]:
    """Two closing braces of style beside each other are fine here, and not in every mail program."""
    if any("}}" in without_braces(text) or "%}" in without_braces(text) for text in texts):
        return [_("Somewhere }} or %} closes nothing. In style, write } } with a space: that is safer in Outlook.")]
    return []


def local_values_of(item: Any) -> TemplateValues:
    """What fills in an item of this kind."""
    if isinstance(item, Block):
        return BlockValues()
    return LayoutValues() if isinstance(item, Layout) else MessageValues()


def document_of(item: Any) -> Mapping[str, Any]:
    """The fields of a message or layout by name."""
    fields = [field for field in item._meta.concrete_fields if not field.primary_key and not field.generated]
    return {field.name: getattr(item, field.name) for field in fields}
