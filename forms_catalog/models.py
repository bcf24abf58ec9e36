"""Forms that employees fill in: a form has sections, a section has fields."""

from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reference_data.models import WorkType, is_json_list, is_json_object
from settings_sync.models import Item, NameKey, Part
from tenants.exact_json import ExactJSONField


class FieldType(models.TextChoices):
    """What an employee fills in."""

    TEXT = "text", _("text")
    SHORT_TEXT = "short_text", _("short text")
    YES_NO = "yes_no", _("yes or no")
    NUMBER = "number", pgettext_lazy("kind of answer", "number")
    EMAIL = "email", _("e-mail address")
    TELEPHONE = "telephone", _("telephone number")
    WEB_ADDRESS = "web_address", _("web address")
    DATE = "date", _("date")
    TIME = "time", _("time")
    DATE_TIME = "date_time", _("date and time")
    CHECKBOXES = "checkboxes", _("checkboxes")
    SEVERAL = "several", _("any of several")
    RADIO = "radio", _("one of several")
    DROPDOWN = "dropdown", _("dropdown")
    RATING = "rating", _("rating")
    PHOTO = "photo", _("photo")
    FILE = "file", _("file")
    BARCODE = "barcode", _("barcode or QR code")
    PLACE = "place", _("place (GPS)")
    SIGNATURE = "signature", _("signature")
    OBJECT_REFERENCE = "object_reference", _("object")
    OWN_LIST = "own_list", _("list from the administration")
    CALCULATED = "calculated", _("calculated")
    INFORMATION = "information", _("information text")


class ListSource(models.TextChoices):
    """The lists of an administration's own data that a field may offer."""

    EMPLOYEES = "employees", _("employees")
    CONTACTS = "contacts", _("contacts of the customer")
    PROJECTS = "projects", _("projects of the customer")
    WORK_TYPES = "work_types", _("work types")
    HOUR_TYPES = "hour_types", _("hour types")
    PRIORITIES = "priorities", _("priorities")
    ERRORS = "errors", _("errors")
    SOLUTIONS = "solutions", _("solutions")
    PAYMENT_METHODS = "payment_methods", _("payment methods")


WITH_OPTIONS = ("checkboxes", "several", "radio", "dropdown")
LONGEST_RULE = 2000


class Form(Item):
    """A form, and how it is printed."""

    name = models.CharField(_("name"), max_length=200)
    name_key = NameKey("name")
    description = models.TextField(_("description"), blank=True, default="")
    print_template = models.TextField(_("print template"), blank=True, default="")
    work_types = models.ManyToManyField(
        WorkType, blank=True, related_name="forms", verbose_name=_("shown for these work types")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name="forms_catalog_form_name"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="forms_catalog_form_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Section(Part):
    """A heading in a form, and what stands under it."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="sections", verbose_name=_("form"))
    title = models.CharField(_("title"), max_length=200)
    visible_if_field = models.ForeignKey(
        "Field",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="shows_sections",
        verbose_name=_("show only when"),
    )
    visible_if_value = models.CharField(_("has this answer"), max_length=200, blank=True, default="")
    visible_when = models.CharField(_("and only when"), max_length=LONGEST_RULE, blank=True, default="")
    repeats = models.BooleanField(_("is a table with rows"), default=False)
    least_rows = models.PositiveSmallIntegerField(_("rows at least"), null=True, blank=True)
    most_rows = models.PositiveSmallIntegerField(_("rows at most"), null=True, blank=True)

    class Meta(Part.Meta):
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        constraints = [
            models.UniqueConstraint(
                fields=["form", "position"], deferrable=Deferrable.IMMEDIATE, name="forms_catalog_section_position"
            ),
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="forms_catalog_section_has_title"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def visible_if_words(self) -> str:
        """The answer that is waited for, as people read it."""
        return _in_words(self.visible_if_field, self.visible_if_value)


class Field(Part):
    """One question, or a piece of information, in a section."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="fields", verbose_name=_("section"))
    label = models.CharField(_("label"), max_length=250)
    reference = models.CharField(_("id inside the form"), max_length=80)
    type = models.CharField(_("type"), max_length=20, choices=FieldType, default=FieldType.TEXT)
    is_required = models.BooleanField(_("required"), default=False)
    options = ExactJSONField(_("options"), blank=True, default=list)
    option_labels = ExactJSONField(_("labels of options"), blank=True, default=dict)
    """By its code, what people read of an option; one that is not in it is read as its code."""
    allows_other = models.BooleanField(_("with “other, namely”"), default=False)
    unit = models.CharField(_("unit"), max_length=20, blank=True, default="")
    decimals = models.PositiveSmallIntegerField(_("decimals at most"), null=True, blank=True)
    at_least = models.CharField(_("at least"), max_length=30, blank=True, default="")
    at_most = models.CharField(_("at most"), max_length=30, blank=True, default="")
    list_source = models.CharField(_("which list"), max_length=20, choices=ListSource, blank=True, default="")
    formula = models.CharField(_("formula"), max_length=LONGEST_RULE, blank=True, default="")
    default_value = models.TextField(_("default"), blank=True, default="")
    help_text = models.TextField(_("explanation"), blank=True, default="")
    visible_if_field = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="shows_fields",
        verbose_name=_("show only when"),
    )
    visible_if_value = models.CharField(_("has this answer"), max_length=200, blank=True, default="")
    visible_when = models.CharField(_("and only when"), max_length=LONGEST_RULE, blank=True, default="")
    required_when = models.CharField(_("required only when"), max_length=LONGEST_RULE, blank=True, default="")
    valid_when = models.CharField(_("accepted when"), max_length=LONGEST_RULE, blank=True, default="")
    valid_message = models.CharField(_("message when it is not"), max_length=300, blank=True, default="")

    class Meta(Part.Meta):
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        constraints = [
            models.UniqueConstraint(
                fields=["section", "position"], deferrable=Deferrable.IMMEDIATE, name="forms_catalog_field_position"
            ),
            models.UniqueConstraint(
                fields=["section", "reference"], deferrable=Deferrable.IMMEDIATE, name="forms_catalog_field_reference"
            ),
            models.CheckConstraint(condition=Q(label__regex=r"\S"), name="forms_catalog_field_has_label"),
            models.CheckConstraint(condition=Q(reference__regex=r"\S"), name="forms_catalog_field_has_reference"),
            models.CheckConstraint(condition=Q(type__in=FieldType.values), name="forms_catalog_field_type"),
            models.CheckConstraint(condition=is_json_list("options"), name="forms_catalog_field_options_list"),
            models.CheckConstraint(condition=is_json_object("option_labels"), name="forms_catalog_field_labels_object"),
            models.CheckConstraint(
                condition=Q(type__in=WITH_OPTIONS) & ~Q(options=[]) | ~Q(type__in=WITH_OPTIONS) & Q(options=[]),
                name="forms_catalog_field_options_of_choices",
            ),
            models.CheckConstraint(
                condition=~Q(type="information", is_required=True), name="forms_catalog_field_information_optional"
            ),
            models.CheckConstraint(
                condition=Q(list_source__in=["", *ListSource.values]), name="forms_catalog_field_list_source"
            ),
            models.CheckConstraint(condition=~Q(visible_if_field=F("id")), name="forms_catalog_field_not_on_itself"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def visible_if_words(self) -> str:
        """The answer that is waited for, as people read it."""
        return _in_words(self.visible_if_field, self.visible_if_value)

    @property
    def labelled_options(self) -> list[str]:
        """The options as people read them."""
        return [self.option_labels.get(code, code) for code in self.options]


def _in_words(asked: Field | None, answer: str) -> str:
    return str(asked.option_labels.get(answer, answer)) if asked else answer
