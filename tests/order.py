"""A pytest plugin: which tests run, in which order, and which process runs what.

With `./dev test --shuffle` they run in another order each time; the number that brings an order back is printed, and
`--randomly-seed=N` takes it. The tests that share one product stay together whatever the order.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

TESTS = Path(__file__).parent
BROWSER_TESTS = "tests/e2e/"
LONG_TESTS = ("tests/settings_sync/histories/", "tests/chaos/")
"""Few tests of minutes each: begun first, so that nobody waits for them alone at the end."""
NOT_QUICK = (
    "access",
    "chaos",
    "contracts",
    "demo",
    "e2e",
    "local_servers",
    "settings_sync/api",
    "settings_sync/engine/applying",
    "settings_sync/engine/test_fence.py",
    "settings_sync/histories",
    "settings_sync/oracle",
    "settings_sync/services/deciding/test_coupling_at_work.py",
    "settings_sync/services/deciding/test_keeping_at_work.py",
    "settings_sync/services/plans/test_dry_run.py",
    "settings_sync/services/runs",
    "settings_sync/services/targets",
    "settings_sync/views",
    "tenants/backups",
    "tenants/test_migrating.py",
    "tenants/test_provisioning.py",
    "tenants/test_template_schema.py",
    "upgrades",
)
"""What an inner loop does without, three quarters of the time of all tests: what starts products and browsers, what
tries every kind through every door, and what syncs again and again. Whoever works on one of them names it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick", action="store_true", help="what an inner loop needs, a quarter of the time of all tests"
    )
    parser.addoption("--shuffle", action="store_true", help="in another order each time")


def pytest_configure(config: pytest.Config) -> None:
    """Let pytest-randomly, which always sets the seed, also shuffle."""
    if config.getoption("shuffle"):
        config.option.randomly_reorganize = True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell how to have the same order again."""
    if config.getoption("shuffle"):
        terminalreporter.write_line(f"The same order again: --shuffle --randomly-seed={config.option.randomly_seed}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what is not quick; it is not even imported."""
    left_out = any(collection_path == TESTS / name for name in NOT_QUICK)
    return True if left_out and config.getoption("quick") else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Bring the tests of the browser together again, as they stood: leaving their folder stops the product they share.

    Its demo data changes as they go, and loading it again for each of them would take longer than all the others.
    """
    browser = [item for item in items if item.nodeid.startswith(BROWSER_TESTS)]
    yield
    chosen = {item.nodeid for item in items}
    items[:] = [item for item in items if not item.nodeid.startswith(BROWSER_TESTS)]
    items += [item for item in browser if item.nodeid in chosen]


class OneProduct(LoadFileScheduling):
    """Shares the tests out by file, those of the browser to one process, because they share one running product."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER_TESTS if nodeid.startswith(BROWSER_TESTS) else super()._split_scope(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        for scope in [scope for scope in self.workqueue if scope.startswith((BROWSER_TESTS, *LONG_TESTS))]:
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Share the tests out our way when they go by file."""
    return OneProduct(config, log) if config.getvalue("dist") == "loadfile" else None
