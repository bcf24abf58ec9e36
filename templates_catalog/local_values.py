"""What each administration fills in for itself in a template that all of them share."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from catalog_kit.company_values import CompanyValues
from catalog_kit.placing import fault_in_words
from catalog_kit.template_language import TemplateFault
from reference_data.logos import letterhead
from settings_sync.declaring.options import Shown

from .models import Block, Layout, MessageTemplate
from .placeholders import is_own
from .rendering import render_block, render_layout, render_message
from .samples import layout_samples, sample_texts
from .shared_blocks import read_book
from .variables import own_values


class TemplateValues(CompanyValues):
    """Company details and own variables; what daily data fills in is shown by samples."""

    can_show = True

    def read(self, administration: Any) -> Mapping[str, Any]:
        return {**letterhead(administration), **own_values(), **read_book().values()}

    def read_shared(self) -> Mapping[str, Any]:
        return read_book().values()

    def _is_local(self, name: str) -> bool:
        return super()._is_local(name) or is_own(name)

    def _missing(self, name: str) -> str:
        return "missing-variable" if is_own(name) else super()._missing(name)


class MessageValues(TemplateValues):
    """Of e-mail and SMS templates."""

    fields = ("subject", "body")

    def show(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> Shown:
        item = _filled(MessageTemplate, document)
        is_text = item.kind == MessageTemplate.Kind.SMS
        try:
            rendered = render_message(item, sample_texts() | dict(values))
        except TemplateFault as fault:
            return Shown("", fault_in_words(fault), is_text=is_text)
        return Shown(rendered.subject, rendered.body, is_text=is_text)


class LayoutValues(TemplateValues):
    """Of layouts."""

    fields = ("header", "body", "footer")

    def show(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> Shown:
        item = _filled(Layout, document)
        try:
            body = render_layout(item, sample_texts() | layout_samples(item) | dict(values))
        except TemplateFault as fault:
            body = fault_in_words(fault)
        return Shown("", body, is_text=False)


class BlockValues(TemplateValues):
    """Of shared blocks."""

    fields = ("body",)

    def show(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> Shown:
        item = _filled(Block, document)
        samples = sample_texts() | layout_samples(_filled(Layout, {}))
        try:
            body = render_block(item, samples | dict(values))
        except TemplateFault as fault:
            body = fault_in_words(fault)
        return Shown("", body, is_text=False)


def _filled(model: type[Any], document: Mapping[str, Any]) -> Any:
    """A document with the defaults that it leaves out."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]
    return SimpleNamespace(**{field.name: document.get(field.name, field.get_default()) for field in fields})
