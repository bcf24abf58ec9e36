"""A law of growth is found from the figures of several sizes."""

from typing import Any

import pytest

from benchmarks.fleet.growth import fit, show_growth


@pytest.mark.parametrize(("linear", "quadratic"), [(3.0, 0.0), (0.5, 0.02), (0.0, 4.0)])
def test_the_terms_are_found(linear, quadratic):
    sizes = [10, 100, 400]
    found = fit(sizes, [linear * size + quadratic * size**2 for size in sizes])
    assert found == pytest.approx((linear, quadratic), abs=1e-9)


def test_one_size_tells_of_one_term():
    assert fit([10], [30.0]) == (3.0, 0.0)


def test_what_is_told_of_one_administration_is_counted_for_all(capsys):
    laws = show_growth([figures(10), figures(100)])
    assert laws["engine_ms"] == {"a": pytest.approx(5.0), "b": pytest.approx(0.0)}
    assert laws["plan_s"]["a"] == pytest.approx(200.0)
    assert laws["page run"]["a"] == pytest.approx(0.3)
    assert "engine_ms" in capsys.readouterr().out


def figures(size: int) -> dict[str, Any]:
    """What is measured where everything costs the same for each administration."""
    per_administration = {"engine_ms": 5.0, "target_ms": 9.0, "migrate_ms": 50.0}
    whole = dict.fromkeys(("plan_s", "apply_s", "unchanged_s", "undo_plan_s", "migrate_noop_s"), size * 0.2)
    pages = {"run": {"ms": 0.3 * size, "kb": 1.0, "queries": 9}}
    return {"administrations": size, **per_administration, **whole, "reaper_ms": 0.1 * size, "pages": pages}
