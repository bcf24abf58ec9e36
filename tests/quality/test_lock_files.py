"""A lock file that is not fit for every machine is caught."""

from quality.lock_files import lock_findings

GOOD = """\
django==5.2.19 \\
    --hash=sha256:aa
psycopg==3.3.9 \\
    --hash=sha256:bb
tzdata==2026.1 ; sys_platform == 'win32' \\
    --hash=sha256:cc
"""


def test_a_complete_lock_file_is_clean() -> None:
    assert list(lock_findings("a.lock", GOOD, ["django>=5.2,<5.3", "psycopg[binary]>=3.2"])) == []


def test_an_unpinned_dependency_is_named() -> None:
    assert "does not pin celery" in next(lock_findings("a.lock", GOOD, ["celery>=5"]))


def test_a_pin_outside_of_the_range_is_named() -> None:
    assert "not <5.2" in next(lock_findings("a.lock", GOOD, ["django<5.2"]))


def test_a_host_a_path_and_an_option_are_named() -> None:
    for line in ("--index-url https://host.example/simple\n", "x @ file:///somewhere/x.whl\n", "-e ./x\n"):
        assert any("names a host" in finding for finding in lock_findings("a.lock", line + GOOD, []))


def test_a_package_without_hash_is_named() -> None:
    assert "no hash for celery==5" in next(lock_findings("a.lock", GOOD + "celery==5\n", []))
