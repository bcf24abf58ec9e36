"""Previews of a template with the values of one administration, and what its author should know."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog_kit.template_language import without_braces
from settings_sync.declaring.options import Shown

from .local_values import LayoutValues, MessageValues, TemplateValues
from .models import Layout, MessageTemplate


def preview_of(item: Any, administration: Any) -> Shown:
    """A message or layout filled in with the own values of the administration that was entered, and sample data."""
    values = local_values_of(item)
    return values.show(document_of(item), values.read(administration))


def warnings_about(item: Any, administration: Any) -> list[str]:
    """What is not wrong but worth knowing: details this administration lacks, and details typed out literally."""
    if not isinstance(item, Layout | MessageTemplate):
        return []
    values = local_values_of(item)
    document = document_of(item)
    lacking = values.warn_of_missing(values.names_in(document), values.read(administration))
    literals = values.warn_of_literals(document, values.own_details(administration), administration.name)
    texts = [str(document.get(name) or "") for name in values.fields]
    return [*(values.in_words(warned) for warned in (*lacking, *literals)), *_warnings_about_braces(texts)]


def _warnings_about_braces(texts: Iterable[str]) -> list[str]:
    """Two closing braces of style beside each other are fine here, and not in every mail program."""
    if any("}}" in without_braces(text) or "%}" in without_braces(text) for text in texts):
        return [_("Somewhere }} or %} closes nothing. In style, write } } with a space: that is safer in Outlook.")]
    return []


def local_values_of(item: Any) -> TemplateValues:
    """What fills in an item of this kind."""
    return LayoutValues() if isinstance(item, Layout) else MessageValues()


def document_of(item: Any) -> Mapping[str, Any]:
    """The fields of a message or layout by name."""
    fields = [field for field in item._meta.concrete_fields if not field.primary_key and not field.generated]
    return {field.name: getattr(item, field.name) for field in fields}
