"""Administrations, and who may do what in them."""

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .damage import damage_in_words
from .rights import right_choices


class AdministrationsStay(TypeError):
    """Rows of administrations are not deleted: runs and the trail name them. Use services.delete_administration."""


class AdministrationQuerySet(models.QuerySet["Administration"]):
    def delete(self) -> NoReturn:
        raise AdministrationsStay(AdministrationsStay.__doc__)

    def existing(self) -> "AdministrationQuerySet":
        """All but the deleted ones: their rows stay, because runs and the trail name them."""
        return self.exclude(state=Administration.State.DELETED)

    def mains(self) -> "AdministrationQuerySet":
        return self.filter(parent=None)

    def active(self) -> "AdministrationQuerySet":
        return self.filter(state=Administration.State.ACTIVE)

    def reachable_by(self, user: settings.AUTH_USER_MODEL) -> "AdministrationQuerySet":  # type: ignore[name-defined]
        """The administrations that this user may enter."""
        return self.filter(memberships__user=user)


def new_schema_name() -> str:
    """A schema name that nobody chose: never made from user input."""
    return f"a_{uuid.uuid4().hex[:16]}"


class Administration(models.Model):
    """A company, branch or business unit: one PostgreSQL schema. A main administration has no parent.

    django-tenants' own base class is not used: saving it may create a schema, and drops it when that fails.
    """

    class Kind(models.TextChoices):
        MAIN = "main", _("main administration")
        SUB = "sub", _("sub-administration")

    class State(models.TextChoices):
        PROVISIONING = "provisioning", _("being created")
        ACTIVE = "active", _("active")
        FAILED = "failed", _("failed")
        DELETING = "deleting", _("being deleted")
        DELETED = "deleted", _("deleted")

    GONE = (State.DELETING, State.DELETED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("address"), max_length=63, unique=True)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("part of")
    )
    schema_name = models.CharField(_("schema"), max_length=63, unique=True, default=new_schema_name, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PROVISIONING)
    state_detail = models.TextField(_("what went wrong"), blank=True, default="")
    groups = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("groups"))
    licence_cap = models.PositiveIntegerField(
        _("licence cap"), default=10, help_text=_("How many sub-administrations this main administration may have.")
    )
    migration_head = models.CharField(_("version of the schema"), max_length=64, blank=True, default="")
    start_from = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("started with these settings")
    )
    lease_token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    not_before = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    company_name = models.CharField(_("company name"), max_length=200, blank=True)
    company_street = models.CharField(_("street and number"), max_length=200, blank=True)
    company_postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    company_city = models.CharField(_("city"), max_length=100, blank=True)
    company_email = models.EmailField(_("e-mail address"), blank=True)
    company_phone = models.CharField(_("telephone"), max_length=30, blank=True)
    company_vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    company_iban = models.CharField(_("IBAN"), max_length=34, blank=True)

    objects = AdministrationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("administration")
        verbose_name_plural = _("administrations")
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="tenants_administration_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AdministrationsStay(AdministrationsStay.__doc__)

    @property
    def kind(self) -> "Administration.Kind":
        return self.Kind.SUB if self.parent_id else self.Kind.MAIN

    @property
    def is_main(self) -> bool:
        return self.parent_id is None

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted, or is being deleted: its schema is not to be relied on any more."""
        return self.state in self.GONE

    @property
    def was_made(self) -> bool:
        """Whether it has had a schema: then what failed was its deletion, and making it again would make it empty."""
        return bool(self.migration_head)

    @property
    def damage(self) -> str:
        """What its schema lacks while it is active (`wholeness.py` tells); empty when it is whole."""
        return self.state_detail if self.state == self.State.ACTIVE else ""

    @property
    def went_wrong(self) -> str:
        """What went wrong with it: the product's own sentences in the reader's language, the database's as they are."""
        if self.damage:
            return damage_in_words(self.damage)
        return gettext(self.state_detail) if self.state_detail else ""

    @property
    def main(self) -> "Administration":
        """The main administration that this one belongs to: itself, or its parent."""
        return self.parent or self

    def is_named_by(self, typed: str) -> bool:
        """Whether somebody typed its name, as the screen shows it, or its slug; capitals and spaces do not matter."""
        given = " ".join(typed.split()).casefold()
        return given in (" ".join(self.name.split()).casefold(), self.slug)


BUILT_IN_LABELS = {"Beheerder": _("Administrator"), "Medewerker": _("Employee")}


class Role(models.Model):
    """A named set of rights. Built-in roles have no administration; others belong to one main administration."""

    administration = models.ForeignKey(
        Administration,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="roles",
        verbose_name=_("main administration"),
    )
    name = models.CharField(_("name"), max_length=100)
    rights = ArrayField(
        models.CharField(max_length=60, choices=right_choices), default=list, blank=True, verbose_name=_("rights")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(fields=["administration", "name"], nulls_distinct=False, name="tenants_role_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name as people read it: that of a built-in role in the reader's language."""
        return self.name if self.administration_id else str(BUILT_IN_LABELS.get(self.name, self.name))


class Membership(models.Model):
    """What one user may do in one administration."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("administration")
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("role"))

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "administration"], name="tenants_membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.administration}"


class SchemaTemplate(models.Model):
    """The DDL of an empty administration at one migration head, replayed when an administration is created."""

    head = models.CharField(max_length=64, primary_key=True)
    ddl = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.head
