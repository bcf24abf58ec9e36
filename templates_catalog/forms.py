"""What people fill in for a template. The words are checked here, the rules by `rules`, and services write."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog_kit.edit_pages import take_in_html
from reference_data.forms import SettingForm
from reference_data.models import VatRate

from .models import Block, Layout, MessageTemplate, Scheme
from .services import FIELDS, problems_of

HTML = {"data-html": ""}
"""What marks a text as one that the formatted view may show."""


class TemplateForm(SettingForm):
    """The common part: a fixed kind, text as it was typed, and the rules of the model."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"].disabled = self.instance.pk is not None
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.strip = False  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask the model's rules of what could be read. Unique names are left to the database, which alone knows."""
        values = super().clean()
        if "kind" in values or "kind" not in self.fields:
            take_in_html(self, self.html_fields(values.get("kind", "")))
            self.ask_rules(problems_of)
        return values

    def html_fields(self, kind: str) -> Collection[str]:
        """The fields that hold HTML in a template of this kind."""
        return ()


class MessageTemplateForm(TemplateForm):
    class Meta:
        model = MessageTemplate
        fields = FIELDS[MessageTemplate]
        widgets = {"body": forms.Textarea(attrs={"rows": 14, **HTML})}
        help_texts = {
            "subject": _("Only for an e-mail."),
            "body": _("An SMS is plain text. An e-mail may hold HTML; plain text gets its paragraphs."),
        }

    def html_fields(self, kind: str) -> Collection[str]:
        return ("body",) if kind == MessageTemplate.Kind.EMAIL else ()


class LayoutForm(TemplateForm):
    class Meta:
        model = Layout
        fields = FIELDS[Layout]
        widgets = {
            "header": forms.Textarea(attrs={"rows": 6, **HTML}),
            "body": forms.Textarea(attrs={"rows": 16, **HTML}),
            "footer": forms.Textarea(attrs={"rows": 4, **HTML}),
        }

    def html_fields(self, kind: str) -> Collection[str]:
        return ("header", "body", "footer")


class BlockForm(TemplateForm):
    change_along = forms.BooleanField(
        label=_("Let what names this block change along"),
        required=False,
        help_text=_("Templates that name it by the name of before get the new one."),
    )

    class Meta:
        model = Block
        fields = FIELDS[Block]
        widgets = {"body": forms.Textarea(attrs={"rows": 14, **HTML})}
        help_texts = {
            "name": _("Templates name it: {{ blok.Footer }} stands for the block “Footer”."),
            "body": _("HTML, or plain text, which gets its paragraphs. Placeholders are filled in where it stands."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked for by the service, and only then there is something to agree to.
        if "change_along" not in self.data and not self._renames():
            del self.fields["change_along"]

    def _renames(self) -> bool:
        return bool(self.is_bound and self.instance.pk and self.data.get("name", "").strip() != self.instance.name)

    def ask_rules(self, problems_of: Any) -> None:
        """Ask the rules, which know nothing of changing along."""
        agreed = self.cleaned_data.pop("change_along", None)
        super().ask_rules(problems_of)
        if agreed is not None:
            self.cleaned_data["change_along"] = agreed

    def html_fields(self, kind: str) -> Collection[str]:
        return ("body",)


class SchemeForm(TemplateForm):
    class Meta:
        model = Scheme
        fields = FIELDS[Scheme]
        help_texts = {
            "is_default": _("Chosen by itself on a new invoice or quotation. One of each kind is the default.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        emails = MessageTemplate.objects.filter(kind=MessageTemplate.Kind.EMAIL)
        self._offer("layout", Layout.objects.exclude(kind=Layout.Kind.WORK_ORDER))
        self._offer("email_template", emails)
        self._offer("reminder_template", emails)
        self._offer("vat_rate", VatRate.objects.all())
        if self.instance.pk is None:
            self.fields["layout"].label_from_instance = _with_kind  # type: ignore[attr-defined]

    def _offer(self, name: str, rows: Any) -> None:
        """What is not archived, and what stands there now."""
        current = getattr(self.instance, f"{name}_id")
        offered = rows.filter(is_archived=False) | rows.model.objects.filter(pk=current)
        if name == "layout" and self.instance.pk is not None:
            offered = offered.filter(kind=self.instance.kind)
        self.fields[name].queryset = offered  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


def _with_kind(layout: Layout) -> str:
    return f"{layout} ({layout.get_kind_display()})"
