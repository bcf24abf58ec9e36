"""What the logs say: who asked what and how it ended, and never what people typed."""

import structlog

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django_structlog": {"level": "WARNING"}},
}


def configure_structlog() -> None:
    """One plain line per event. A traceback shows code only: the values of variables would put names, passwords and
    tokens in the log."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
    )
