"""What people fill in for a template. The words are checked here, the rules by `rules`, and services write."""

from base64 import b64encode
from collections import Counter
from collections.abc import Collection
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from catalog_kit.edit_pages import take_in_html
from reference_data.forms import SettingForm
from reference_data.models import VatRate
from settings_sync.models import size_of_file

from .attachments import ATTACH, DETACH
from .models import Attachment, Block, Layout, MessageTemplate, Scheme
from .rules import ATTACHABLE, MOST_ATTACHED_BYTES
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

    def ask_for_files_again(self) -> None:
        """Say of files that came with a form that was refused what is to be done with them."""


class FilesInput(forms.FileInput):
    """Takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, as their content in base64 by name."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> dict[str, str]:
        """Read the files. Raises ValidationError for an empty one, and before reading what is far too large."""
        files = [super(FilesField, self).clean(one) for one in data or ()]
        if sum(one.size for one in files) > MOST_ATTACHED_BYTES:
            most = filesizeformat(MOST_ATTACHED_BYTES)
            message = _("The files that go along are more than %(most)s together.")
            raise forms.ValidationError(message, params={"most": most})
        twice = [name for name, times in Counter(one.name for one in files).items() if times > 1]
        if twice:
            message = _("Several files are called “%(name)s”.")
            raise forms.ValidationError(message, params={"name": twice[0]})
        return {one.name: b64encode(one.read()).decode() for one in files}


class MessageTemplateForm(TemplateForm):
    detach: Any = forms.MultipleChoiceField(
        label=_("Go along now; tick what is to go along no more"), required=False, widget=forms.CheckboxSelectMultiple
    )
    attach: Any = FilesField(
        label=_("Add files that go along with every e-mail"),
        required=False,
        help_text=_("Together at most 400 kB. A file of the same name takes the place of the one that is there."),
        widget=FilesInput(attrs={"accept": ",".join(ATTACHABLE)}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rows = list(self.instance.attachments.order_by("position")) if self.instance.pk else []
        found = [(row.name, f"{row.name}, {filesizeformat(size_of_file(row.content))}") for row in self._rows]
        self.fields["detach"].choices = found  # type: ignore[attr-defined]
        if not found:
            del self.fields["detach"]
        if self.instance.pk and self.instance.kind == MessageTemplate.Kind.SMS:
            del self.fields["attach"]

    def ask_rules(self, problems_of: Any) -> None:
        """Ask the rules, which are asked of the files once they are put beside those that are there."""
        apart = {name: self.cleaned_data.pop(name) for name in (ATTACH, DETACH) if name in self.cleaned_data}
        super().ask_rules(problems_of)
        self.cleaned_data |= apart

    def attached(self) -> list[tuple[BoundWidget, Attachment]]:
        """The files that go along now, each with its tick."""
        return list(zip(self["detach"], self._rows, strict=True)) if "detach" in self.fields else []

    def ask_for_files_again(self) -> None:
        """Say that a browser sends files once: what is wrong elsewhere is mended, and they are to be chosen again."""
        if self.files and self.errors and "attach" in self.fields:
            self.add_error("attach", _("The files were not kept: choose them again."))

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
