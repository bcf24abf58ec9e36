"""The product's own figures for Prometheus, read from the database when they are asked for.

Rows in the database are the truth about syncs, whichever process carried them out; so no worker needs a port, and the
figures are the same from every web process.
"""

from collections.abc import Iterator, Mapping

from django.db import DatabaseError, InterfaceError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from settings_sync.services.support.figures import read_figures
from settings_sync.services.trends.latest import Latest, read_latest
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
                latest = read_latest()
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
        yield from _over_time(latest)


def product_figures() -> bytes:
    """The figures as Prometheus reads them."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ProductFigures())
    return bytes(generate_latest(registry))


def _over_time(latest: Latest) -> Iterator[Metric]:
    """What is kept of each day, as it stood last; an empty group or package stands for all of them."""
    place = ["administration", "group", "package"]
    in_line = GaugeMetricFamily("eenlijn_alignment_settings_in_line", "Settings that are in line.", labels=place)
    total = GaugeMetricFamily("eenlijn_alignment_settings", "Settings that are to be in line.", labels=place)
    whole = GaugeMetricFamily(
        "eenlijn_alignment_administrations_in_line", "Administrations of which everything is in line.", labels=place
    )
    number = GaugeMetricFamily("eenlijn_alignment_administrations", "Administrations that were counted.", labels=place)
    for row in latest.aligned:
        labels = [row.administration, row.group, row.package]
        in_line.add_metric(labels, row.in_line)
        total.add_metric(labels, row.total)
        whole.add_metric(labels, row.administrations_in_line)
        number.add_metric(labels, row.administrations)
    waiting = GaugeMetricFamily(
        "eenlijn_decisions_waiting", "Decisions that wait for somebody.", labels=["administration", "kind"]
    )
    for waits in latest.waiting:
        for kind, value in zip(waits._fields[1:], waits[1:], strict=True):
            waiting.add_metric([waits.administration, kind], value)
    took = GaugeMetricFamily(
        "eenlijn_publishing_seconds",
        "How long it took from publishing to in line, of what came in twelve weeks.",
        labels=["administration", "package", "quantile"],
    )
    for published in latest.published:
        took.add_metric([published.administration, published.package, "0.5"], published.median_seconds)
        took.add_metric([published.administration, published.package, "0.9"], published.slowest_seconds)
    yield from (in_line, total, whole, number, waiting, took)
    yield _one("eenlijn_alignment_left_out", "Groups and packages that are not told of.", latest.left_out)


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)


def _many(name: str, about: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=[label])
    for value_of, value in values.items():
        family.add_metric([value_of], value)
    return family
