"""The trail in words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from audit.words import SENTENCES, in_words

APPS = (
    "accounts",
    "audit",
    "business",
    "people",
    "reference_data",
    "settings_sync",
    "templates_catalog",
    "tenants",
    "webhooks",
)
RECORDS = {"record", "tell", "_record"}
BY_PARTS = {"password", "role", "work_order"}
"""Of these the second half is only known while the product runs."""


def recorded() -> Iterator[str]:
    """Every name under which something is put on the trail."""
    for app in APPS:
        for file in Path(app).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text())):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") in RECORDS:
                    for part in ast.walk(ast.Module([ast.Expr(one) for one in call.args], [])):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield part.value


def test_everything_that_is_recorded_has_words() -> None:
    names = {name for name in recorded() if "." in name.strip(".")}
    assert len(names) > 50
    assert names - set(SENTENCES) == set()
    assert {prefix.rstrip(".") for prefix in recorded() if prefix.endswith(".")} <= BY_PARTS


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "settings were synced to the administration"), ("nl", "de administratie kreeg een sync")],
)
def test_it_is_read_in_both_languages(language: str, words: str) -> None:
    with translation.override(language):
        assert in_words("target.applied") == words
        assert in_words("something.new") == "something.new"
