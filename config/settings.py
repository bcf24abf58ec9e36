"""Settings of Eenlijn, read from the environment; see docs/operations.md for what each variable does."""

import logging
import os
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, SELF
from django.utils.translation import gettext_lazy as _

from . import logs
from .addresses import with_password
from .support_site import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DEMO = env.bool("EENLIJN_DEMO", default=False)
METRICS_TOKEN = env.str("EENLIJN_METRICS_TOKEN", default="").strip()
"""What a request for /metrics must bring, as `Authorization: Bearer <token>`.

Without it the figures are for this machine alone, asked for without a proxy in between."""

# --- apps -------------------------------------------------------------------------------------------------------------
# An app stands in exactly one of the two lists: an app in both would leave an empty table in every administration
# that hides the shared one.

SHARED_APPS = [
    "django_tenants",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "accounts",
    "audit",
    "tenants",
    "webhooks",
    "notices",
    "guide",
    "people",
    "settings_sync",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "django_structlog",
    "django_prometheus",
    "csp",
    "demo",
    "smoke",
]
TENANT_APPS = [
    "sync_ledger",
    "reference_data",
    "forms_catalog",
    "templates_catalog",
    "workflows",
    "business",
]
INSTALLED_APPS = SHARED_APPS + TENANT_APPS

TENANT_MODEL = "tenants.Administration"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
# `migrate` and `migrate_schemas` leave triggers and rights as migrate_administrations does.
TENANT_BASE_MIGRATE_COMMAND = "tenants.plain_migrating.MigrateCommand"
GET_EXECUTOR_FUNCTION = "tenants.plain_migrating.executor_of_made"

# --- database ---------------------------------------------------------------------------------------------------------

DATABASES: dict[str, Any] = {"default": env.db_url_config(with_password(env.str("DATABASE_URL"), "DATABASE_PASSWORD"))}
DATABASES["default"]["ENGINE"] = "tenants.postgresql_backend"
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# pg_dump of the server's version or newer; used once after each upgrade, for the DDL of an empty administration.
PG_DUMP = env.str("PG_DUMP", default="pg_dump")
SYNC_DATABASE_URL = with_password(env.str("SYNC_DATABASE_URL"), "SYNC_DATABASE_PASSWORD")
SYNC_LOCK_TIMEOUT_MS = env.int("SYNC_LOCK_TIMEOUT_MS", default=5_000)
SYNC_STATEMENT_TIMEOUT_MS = env.int("SYNC_STATEMENT_TIMEOUT_MS", default=120_000)
# The database ends the transaction of a worker that was stopped in the middle, and lets go of what it had locked.
SYNC_IDLE_TIMEOUT_MS = env.int("SYNC_IDLE_TIMEOUT_MS", default=15_000)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- queue ------------------------------------------------------------------------------------------------------------

REDIS_URL = with_password(env.str("REDIS_URL"), "REDIS_PASSWORD")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 180
CELERY_TASK_SOFT_TIME_LIMIT = 150
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("WORKER_PROCESSES", default=os.cpu_count() or 1)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A wake-up that cannot be delivered at once is left to the reaper, so a page never waits for the broker.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "global_keyprefix": "eenlijn-",
    # How often connecting is tried again before a message is given up: else a page would wait 6 s for each.
    "max_retries": 0,
}
# A worker renews its lease while it lives, so that a killed one is noticed within a minute; it holds its work no longer
# than this in all; the two time limits above come first. How they fit together is checked at start (tenants/leases.py).
SYNC_LEASE_SECONDS = env.float("SYNC_LEASE_SECONDS", default=25.0)
SYNC_LEASE_RENEWED_SECONDS = env.float("SYNC_LEASE_RENEWED_SECONDS", default=5.0)
SYNC_HOLD_SECONDS = 240
SYNC_MAX_ATTEMPTS = 8
# Before each next attempt twice as long, up to the second; with chance, so that they do not come all at once.
SYNC_RETRY_SECONDS = env.float("SYNC_RETRY_SECONDS", default=2.0)
SYNC_RETRY_AT_MOST_SECONDS = 30.0
# A worker or reaper that is asked to stop finishes what takes no longer than this, and gives back what does.
SHUTDOWN_SECONDS = env.float("EENLIJN_SHUTDOWN_SECONDS", default=20.0)
# Seconds after which the reaper sends another wake-up for a target that is still open.
SYNC_WAKE_AGAIN_SECONDS = env.float("SYNC_WAKE_AGAIN_SECONDS", default=15.0)
REAPER_INTERVAL_SECONDS = env.float("REAPER_INTERVAL_SECONDS", default=5.0)
# When no worker takes anything for this long while something waits, the reaper does the work itself.
REAPER_WORKS_AFTER_SECONDS = env.float("REAPER_WORKS_AFTER_SECONDS", default=30.0)
REAPER_WORKS_AT_MOST_SECONDS = 20.0
# How many administrations the reaper has looked at a day, for what no edit and no sync would show; 0 for none.
DOCTOR_PER_DAY = env.int("EENLIJN_DOCTOR_PER_DAY", default=24)

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# --- telling others ---------------------------------------------------------------------------------------------------

# Messages to private networks and to addresses without TLS; for development, or where the receivers are inside.
WEBHOOKS_ALLOW_PRIVATE = env.bool("EENLIJN_WEBHOOKS_ALLOW_PRIVATE", default=False)

# Without a mail server no mail is written; the page where people choose says so.
EMAIL_URL = env.str("EMAIL_URL", default="")
SENDS_MAIL = bool(EMAIL_URL)
vars().update(env.email_url_config(EMAIL_URL or "dummymail://"))
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Eenlijn <noreply@localhost>")

# --- requests ---------------------------------------------------------------------------------------------------------

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

MIDDLEWARE = [
    "config.probes.ProbesOfThisMachine",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.content_policy.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "config.caching.KeepPagesPrivate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignInForPartsMiddleware",
    "accounts.acting_requests.ActOnBehalfMiddleware",
    "config.request_log.RequestLog",
    "config.error_pages.ClashPages",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.acting",
                "tenants.context_processors.current_administration",
            ],
        },
    },
]

# --- users and security -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
# Of the link that is mailed to who forgot a password.
PASSWORD_RESET_TIMEOUT = 60 * 60
OTP_TOTP_ISSUER = "Eenlijn"
# Support may do nothing in the admin before there is a second factor. In the demo everybody knows the password.
STAFF_SECOND_FACTOR = env.bool("EENLIJN_STAFF_SECOND_FACTOR", default=not (DEBUG or DEMO))
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SECURE = env.bool("SECURE_COOKIES", default=BASE_URL.startswith("https://"))
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if SECURE else 0)
# Of the whole domain and for a year or more: a choice of who has the other hosts below it, and not of this one.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# As posted, where one letter is up to twelve bytes: a layout has three texts of 200,000 letters. The API has a limit of
# its own (settings_sync/api/protocol/parsers.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1_048_576
# A sync to 500 administrations of 2,000 settings ticked one by one is one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "frame-src": [SELF],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    },
}

# --- language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

# --- static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "tenants.binding.AdministrationStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# --- API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["settings_sync.api.protocol.renderers.ExactJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["settings_sync.api.protocol.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "settings_sync.api.protocol.problems.problem_response",
    "URL_FORMAT_OVERRIDE": None,
}
# Of one token; above that an answer is 429 with Retry-After.
API_CALLS_PER_MINUTE = env.int("EENLIJN_API_CALLS_PER_MINUTE", default=3_000)
SPECTACULAR_SETTINGS = {
    "TITLE": "Eenlijn API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "WEBHOOKS": [
        "settings_sync.api.events.RUN_FINISHED",
        "settings_sync.api.events.TARGET_FAILED",
        "settings_sync.api.events.APPROVAL_WANTED",
        "settings_sync.api.events.ORDER_EXECUTED",
        "settings_sync.api.events.RING_FINISHED",
        "settings_sync.api.events.ADMINISTRATION_READY",
        "settings_sync.api.events.DEVIATION_FOUND",
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "settings_sync.api.protocol.documenting.add_problems",
        "settings_sync.api.protocol.examples.add_examples",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ActionEnum": "settings_sync.planning.verdicts.Action",
        # As it was called when it was the only one: clients are generated from this.
        "DecisionEnum": "settings_sync.planning.verdicts.Word",
        "InboxDecision": "settings_sync.models.InboxDecision.Word",
        "WebhookState": "webhooks.models.Endpoint.State",
        "DeliveryState": "webhooks.models.OutboxMessage.State",
        "WebhookEvent": "webhooks.events.Event",
        "AdministrationKind": "tenants.models.Administration.Kind",
        "AdministrationState": "tenants.models.Administration.State",
        "PlanKind": "settings_sync.models.Plan.Kind",
        "PlanState": "settings_sync.models.Plan.State",
        "OrderState": "settings_sync.models.StandingOrder.State",
        "MomentState": "settings_sync.models.OrderMoment.State",
        "ApprovalState": "settings_sync.models.Approval.State",
        "RunState": "settings_sync.models.SyncRun.State",
        "TargetState": "settings_sync.models.SyncTarget.State",
        "RingState": "settings_sync.models.RunStage.State",
        "QuotationState": "business.models.Quotation.State",
        "InvoiceState": "business.models.Invoice.State",
    },
}

# --- logs -------------------------------------------------------------------------------------------------------------

LOGGING = logs.LOGGING
logs.configure_structlog()
# What a worker does is told with the request that asked for it.
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
