"""Users and the tokens with which other systems act for them."""

import hashlib
import secrets
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .support_rights import SupportRight


def same_address(email: str) -> str:
    """An e-mail address as it is compared and counted: one way of writing per account.

    Left to the database, letters such as the dotless i would be taken for others, and each way of writing an address
    would have attempts of its own.
    """
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address, which is stored as given and compared without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.annotate(written=Lower("email")).get(written=same_address(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in with an e-mail address; what they may do is in their memberships."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True, default="")
    sessions_mark = models.CharField(max_length=32, blank=True, default="", editable=False)
    support_rights = ArrayField(
        models.CharField(max_length=20, choices=SupportRight.choices),
        default=list,
        blank=True,
        verbose_name=_("rights of support"),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def reads(self) -> str:
        """The language of mails to this person: the chosen one, else that of the product."""
        return self.language or settings.LANGUAGE_CODE

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """As Django's, and another one once `end_sessions` has written a mark: then no session goes on."""
        of_password: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        return f"{of_password}{self.sessions_mark}"

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Scope(models.TextChoices):
    """What a token may be used for."""

    SETTINGS_READ = "settings:read", _("read settings")
    SETTINGS_WRITE = "settings:write", _("make, edit and delete settings")
    SYNC_PREVIEW = "sync:preview", _("preview a sync")
    SYNC_RUN = "sync:run", _("run a sync")
    ADMINISTRATIONS_MANAGE = "administrations:manage", _("create and delete administrations")
    WEBHOOKS_MANAGE = "webhooks:manage", _("manage webhooks")
    CUSTOMERS_READ = "customers:read", _("read customers, with names and addresses")
    WORK_ORDERS_READ = "work_orders:read", _("read work orders, with what was filled in")
    QUOTATIONS_READ = "quotations:read", _("read quotations")
    INVOICES_READ = "invoices:read", _("read invoices")


TOKEN_PREFIX = "eenlijn_"  # nosec B105 # how tokens begin


def hash_token(secret: str) -> str:
    """The SHA-256 of a token, in hexadecimal: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> "ApiTokenQuerySet":
        """Tokens that are neither revoked nor expired, of users that may sign in."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)


class ApiToken(models.Model):
    """One user's key for one main administration; only its hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("user"))
    administration = models.ForeignKey(
        "tenants.Administration", on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("administration")
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    prefix = models.CharField(_("beginning"), max_length=16)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40, choices=Scope.choices), verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.user})"

    @property
    def has_ended(self) -> bool:
        """Whether it was revoked or has expired."""
        return self.revoked_at is not None or self.expires_at <= timezone.now()

    @staticmethod
    def new_secret() -> str:
        """A fresh token: the product's prefix and 256 random bits."""
        return TOKEN_PREFIX + secrets.token_urlsafe(32)


class ActingSession(models.Model):
    """One time that support acts on behalf of a user; `ends_at` is by the database's clock."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField()
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.staff} ({self.user})"
