"""The product's own figures for Prometheus, read from the database when they are asked for.

Rows in the database are the truth about syncs, whichever process carried them out; so no worker needs a port, and the
figures are the same from every web process.
"""

from collections.abc import Iterator, Mapping

from django.db import DatabaseError, InterfaceError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from settings_sync.services.support.figures import read_figures
from tenants.schemas import in_public
from webhooks.services.deliveries import delivery_lag

from .health import DOWN, database_state


class ProductFigures:
    """A collector: everything of `read_figures`, and how late messages to other systems are."""

    def collect(self) -> Iterator[Metric]:
        # A connection that stands already would wait as long as a database that hangs does, and so would who asks.
        if database_state() == DOWN:
            yield _one("eenlijn_database_up", "Whether the database answers.", 0)
            return
        try:
            with in_public():
                figures = read_figures()
                lag = delivery_lag()
        except (DatabaseError, InterfaceError):
            yield _one("eenlijn_database_up", "Whether the database answers.", 0)
            return
        yield _one("eenlijn_database_up", "Whether the database answers.", 1)
        yield _many(
            "eenlijn_targets_open", "Administrations of runs that wait or are busy.", "state", figures.open_targets
        )
        yield _one("eenlijn_oldest_open_target_seconds", "Age of the oldest of those.", figures.oldest_open_seconds)
        yield _many(
            "eenlijn_targets_ended_last_hour", "Administrations of runs by how they ended.", "state", figures.ended
        )
        yield _many("eenlijn_apply_seconds_last_hour", "How long applying took.", "quantile", figures.apply_seconds)
        yield _one("eenlijn_rows_written_last_hour", "Rows of settings that syncs wrote.", figures.rows_written)
        yield _one("eenlijn_held_items_last_hour", "Settings that syncs held back.", figures.held_items)
        yield _many("eenlijn_administrations", "Administrations by state.", "state", figures.administrations)
        yield _one(
            "eenlijn_administrations_unwell", "Those in which a doctor found faults.", figures.unwell_administrations
        )
        yield _one("eenlijn_webhook_lag_seconds", "How late the message is that is due longest.", lag.total_seconds())


def product_figures() -> bytes:
    """The figures as Prometheus reads them."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ProductFigures())
    return bytes(generate_latest(registry))


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)


def _many(name: str, about: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=[label])
    for value_of, value in values.items():
        family.add_metric([value_of], value)
    return family
