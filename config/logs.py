"""What the logs say: who asked what and how it ended, one JSON object a line, and never what people typed.

Every line of a request has `request_id`, and `administration` and `run` where it is about one; so has every line of
what a worker does because of that request. What may be a secret or say who somebody is, is hidden whoever logs it.
"""

import os
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

HIDDEN = "[hidden]"
SECRET_NAMES = re.compile(
    r"pass(word|wd|phrase)?$|wachtwoord|secret|(?<!lease_)token$|authorization|cookie|api_?key|session_?key|csrf"
    r"|signature|totp|recovery|backup_?code|iban|vat_?number|e_?mail$|recipients?$|phone|telephone|street|postcode"
    r"|^sql$|^params$|^body$",
    re.IGNORECASE,
)
"""Names of what is never shown, whatever stands in it."""

END_OF_ERROR = r"(?=\n(?:DETAIL|HINT|CONTEXT|QUERY|LINE \d+|STATEMENT):|\n\n(?:The above|During)|\nTraceback|\Z)"
"""Where what PostgreSQL adds to an error ends: values of a row may have lines of their own."""

PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # What PostgreSQL adds to an error are the values of the row, and the statement with the values in it.
    (re.compile(rf"\b(DETAIL|CONTEXT|QUERY|STATEMENT|LINE \d+): .*?{END_OF_ERROR}", re.DOTALL), rf"\1: {HIDDEN}"),
    (re.compile(rf"Failing row contains .*?{END_OF_ERROR}", re.DOTALL), f"DETAIL: {HIDDEN}"),
    (re.compile(r"(invalid input \w+ for [^:\n]*|out of range): \".*?\"(?=\n|$)", re.DOTALL), rf"\1: {HIDDEN}"),
    # What Celery adds to a message that it does not know.
    (re.compile(r"(contents of the message \w+ was:|\nbody:).*?(?=\n\n|\Z)", re.DOTALL), rf"\1 {HIDDEN}"),
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), HIDDEN),
    (re.compile(r"\b(Bearer|Basic|Token)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\beenlijn_[\w-]{20,}|\bwhsec_[\w+/=-]+|\bv1a?,[\w+/=]{20,}"), HIDDEN),
    # Keys of a second factor, as they are stored and as they are shown.
    (re.compile(r"\b[0-9a-f]{40}\b|\b(?:[A-Z2-7]{4} ?){7}[A-Z2-7]{4}\b"), HIDDEN),
    (
        re.compile(
            r"(pass(?:word|wd|phrase)?|wachtwoord|secret|token|session_?id|api_?key|signature)([\"']?\s*[=:]\s*)"
            r"(?:'[^'\n]*'|\"[^\"\n]*\"|[^\s\"',;&]+)",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?<![\w.%+'-])[\w.%+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), HIDDEN),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), HIDDEN),
    (re.compile(r"\bnl\d{2}[ -]?[a-z]{4}(?:[ -]?\d){10}\b", re.IGNORECASE), HIDDEN),
    (re.compile(r"(?<![\w.:-])(?:\+\d{2}(?: ?\(0\))?|00\d{2}|0)[ -]?[1-9](?:[ -]?\d){7,8}(?![\w.:-])"), HIDDEN),
    (re.compile(r"\(0\d{1,3}\)[ -]?[1-9](?:[ -]?\d){5,7}\b"), HIDDEN),
)
"""What is hidden wherever it stands: values of rows, passwords in addresses, tokens, keys of a second factor, e-mail
addresses, IBANs, telephone numbers."""


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A step of structlog: nothing secret or personal gets past it."""
    return {name: _hidden(name, value) for name, value in event.items()}


def _hidden(name: str, value: Any) -> Any:
    if SECRET_NAMES.search(name):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _hidden(str(key), found) for key, found in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden("", found) for found in value]
    return hide_in_text(str(value))


def hide_in_text(text: str) -> str:
    """The text without what may be a secret or say who somebody is."""
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _renderer() -> Any:
    """JSON for machines; LOG_FORMAT=text for who reads along."""
    if os.environ.get("LOG_FORMAT") == "text":
        return structlog.dev.ConsoleRenderer(colors=False)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


# A traceback shows code only: the values of variables would put names, passwords and tokens in the log.
ALWAYS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]

PASSED_ON: dict[str, Any] = {"handlers": [], "propagate": True}
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": ALWAYS,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, hide_secrets, _renderer()],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "loggers": {
        **dict.fromkeys(("django", "django.server", "multiprocessing"), PASSED_ON),
        "gunicorn.error": {**PASSED_ON, "level": "INFO"},
        # It names who asked, and what for.
        "gunicorn.access": {**PASSED_ON, "level": "CRITICAL"},
        # These are told by the line that ends a request or a task.
        "django.request": {**PASSED_ON, "level": "ERROR"},
        "celery.worker.strategy": {**PASSED_ON, "level": "ERROR"},
        "celery.app.trace": {**PASSED_ON, "level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL") or "INFO"},
}


def configure_structlog() -> None:
    """Lines of structlog go the way of all others."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *ALWAYS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
