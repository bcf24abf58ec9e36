"""The product's own figures: what is open, what ended, how long it took; read by Prometheus's own parser."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from config import product_figures
from settings_sync.models import AlignmentDay, Package, PublishingDay, SyncRun, SyncTarget, WaitingDay
from settings_sync.services.runs.runs import start_run
from tenants.schemas import inside
from tests.conftest import make_member
from tests.settings_sync.views.conftest import carry_out, make_form, make_plan

pytestmark = pytest.mark.django_db(transaction=True)


def read(client) -> dict[tuple[str, ...], float]:
    """Every sample of the product by name and label."""
    text = client.get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(s.name, *s.labels.values()): s.value for s in samples if s.name.startswith("eenlijn_")}


def test_a_quiet_product_has_every_figure_and_nothing_open(client):
    found = read(client)
    assert found["eenlijn_database_up",] == 1
    assert found["eenlijn_targets_open", "queued"] == found["eenlijn_targets_open", "running"] == 0
    assert found["eenlijn_oldest_open_target_seconds",] == 0
    assert found["eenlijn_targets_ended_last_hour", "failed"] == 0
    assert found["eenlijn_webhook_lag_seconds",] == 0
    assert {"0.5", "0.95", "1"} == {key[1] for key in found if key[0] == "eenlijn_apply_seconds_last_hour"}


def test_what_waits_is_counted_with_its_age_and_what_ended_with_its_rows(client, owner, main, child):
    make_member(child, user=owner)
    with inside(main):
        make_form("Onderhoud")
    plan = make_plan(owner, main, child)
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    SyncRun.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    waiting = read(client)
    assert waiting["eenlijn_targets_open", "queued"] == 1
    assert 300 <= waiting["eenlijn_oldest_open_target_seconds",] < 360
    carry_out(run)
    done = read(client)
    assert done["eenlijn_targets_open", "queued"] == 0
    assert done["eenlijn_targets_ended_last_hour", "succeeded"] == 1
    assert done["eenlijn_rows_written_last_hour",] == sum(run.targets.get().receipt.rows.values()) > 0
    assert done["eenlijn_apply_seconds_last_hour", "1"] > 0
    assert done["eenlijn_administrations", "active"] == 2
    SyncTarget.objects.update(finished_at=timezone.now() - timedelta(hours=2))
    assert read(client)["eenlijn_targets_ended_last_hour", "succeeded"] == 0


@pytest.mark.parametrize("name", ["Noord", "<script>", "=cmd|' /C calc'!A0", '🔥 "\\', "ë" * 60])
def test_what_is_kept_of_each_day_is_told_by_group_and_package_whatever_they_are_called(client, main, name):
    today = timezone.localdate()
    package = Package.objects.create(administration=main, name=name)
    for group, which in (("", None), (name, None), ("", package), (name, package)):
        AlignmentDay.objects.create(
            administration=main, day=today, group=group, package=which, in_line=3, total=4, administrations_in_line=1,
            administrations=2,
        )  # fmt: skip
    WaitingDay.objects.create(
        administration=main, day=today, conflicts=5, deviations=6, approvals=7, noted_at=timezone.now()
    )
    for which in (None, package):
        PublishingDay.objects.create(
            administration=main, day=today, package=which, settings=1, arrivals=2, median_seconds=60, slowest_seconds=90
        )
    found = read(client)
    for group, which in (("", ""), (name, ""), ("", name)):
        assert found["eenlijn_alignment_settings_in_line", main.slug, group, which] == 3
        assert found["eenlijn_alignment_settings", main.slug, group, which] == 4
        assert found["eenlijn_alignment_administrations_in_line", main.slug, group, which] == 1
        assert found["eenlijn_alignment_administrations", main.slug, group, which] == 2
    assert ("eenlijn_alignment_settings", main.slug, name, name) not in found
    assert found["eenlijn_decisions_waiting", main.slug, "deviations"] == 6
    assert found["eenlijn_publishing_seconds", main.slug, "", "0.5"] == 60
    assert found["eenlijn_publishing_seconds", main.slug, name, "0.9"] == 90
    assert found["eenlijn_alignment_left_out",] == 0


def test_without_a_database_the_other_figures_are_there_and_say_so(client, monkeypatch):
    def away():
        raise DatabaseError

    monkeypatch.setattr(product_figures, "read_figures", away)
    answer = client.get("/metrics", REMOTE_ADDR="127.0.0.1")
    assert answer.status_code == 200
    assert b"eenlijn_database_up 0.0" in answer.content
    assert b"django_http_requests" in answer.content


def test_a_database_that_hangs_is_asked_for_nothing(client, monkeypatch):
    asked = []
    monkeypatch.setattr(product_figures, "database_state", lambda: "down")
    monkeypatch.setattr(product_figures, "read_figures", lambda: asked.append("figures"))
    answer = client.get("/metrics", REMOTE_ADDR="127.0.0.1")
    assert b"eenlijn_database_up 0.0" in answer.content
    assert asked == []
