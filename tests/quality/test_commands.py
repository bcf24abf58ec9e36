"""Every command that a document names exists, takes what the document gives it, and is run by a test."""

import argparse
import ast
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import CommandError

from local_servers.command_line import PASSED_ON, reader
from local_servers.commands import COMMANDS
from local_servers.problems import Problem
from local_servers.processes import PROJECT
from quality.commands import Documented, documented_commands, documents

PROMISED = """
`./dev up --check` `./dev up --port 8001 --data folder --no-demo` `./dev test` `./dev check` `./dev bench` `./dev chaos`
`./dev manage check` `./dev env --data folder` `./dev bench engine --json FILE`
`./dev manage create_api_token EMAIL --administration SLUG --scopes a,b`
`./dev manage sync_settings van-dijk --to van-dijk-oost,van-dijk-west --categories forms,workflows`
`./dev manage sync_settings van-dijk --to van-dijk-oost --apply --json`
`./dev manage export_settings van-dijk --to DIR` `./dev manage import_settings van-dijk --from DIR --apply`
"""
"""What outsiders rely on."""

RUN_BY = {
    "test": (".ci/run", "./dev test"),
    "check": (".ci/run", "./dev check"),
    "load_demo": ("local_servers/product.py", 'self.manage("load_demo")'),
}
"""What no test names: the first two run the tests and all checks; with the demo the browser tests start."""

DJANGO_ITSELF = {"changepassword", "createsuperuser", "check", "clearsessions", "collectstatic", "migrate"}
OWN = [Path(__file__).name]


@cache
def found() -> list[Documented]:
    every = [
        command
        for document in documents()
        for command in documented_commands(document.read_text(), document.relative_to(PROJECT).as_posix())
    ]
    return [*every, *documented_commands(PROMISED, "the contract")]


def trouble_with(command: Documented) -> str:
    """What is wrong with it; empty when it exists and takes these arguments."""
    if command.program == "./dev":
        return _trouble_with_dev(command)
    app = get_commands().get(command.name)
    if app is None:
        return f"{command}: there is no such command"
    parser = load_command_class(str(app), command.name).create_parser("manage.py", command.name)
    return _trouble_with_arguments(command, parser) if command.is_whole else ""


def _trouble_with_dev(command: Documented) -> str:
    if command.name not in COMMANDS:
        return f"{command}: there is no such command"
    if command.name in PASSED_ON or not command.is_whole:
        return ""
    try:
        reader().parse_args([command.name, *command.arguments])
    except Problem as problem:
        return f"{command}: {problem}"
    return ""


def _trouble_with_arguments(command: Documented, parser: argparse.ArgumentParser) -> str:
    try:
        parser.parse_args(list(command.arguments))
    except (CommandError, SystemExit) as refused:
        return f"{command}: {refused}"
    return ""


def test_every_documented_command_exists_and_takes_its_arguments() -> None:
    assert len(found()) > 30
    assert not [trouble for command in found() if (trouble := trouble_with(command))]


@pytest.mark.parametrize(
    "planted",
    [
        "`./dev fly`",
        "`./dev up --prot 8001`",
        "```\n./dev manage make_everything_well noord\n```",
        "`python manage.py make_everything_well`",
        "```sh\neenlijn-manage make_everything_well\n```",
        "```\n./dev manage prune_runs --weeks 3   keeps three weeks\n```",
        "`./dev manage create_api_token EMAIL`",
    ],
)
def test_a_planted_command_is_seen(planted: str) -> None:
    (command,) = documented_commands(planted)
    assert trouble_with(command)


def test_commands_are_read_as_people_write_them() -> None:
    text = "Run `./dev manage …`, then:\n```\n./dev chaos points wal # some of them\n./dev up        the product\n```"
    assert [(command.program, command.name, command.arguments) for command in documented_commands(text)] == [
        ("./dev", "manage", ("…",)),
        ("./dev", "chaos", ("points", "wal")),
        ("./dev", "up", ()),
    ]


@cache
def run_in_tests() -> frozenset[str]:
    """The first argument of every call, and what lists of words begin with, in all tests but this one."""
    words: set[str] = set()
    for path in (PROJECT / "tests").rglob("*.py"):
        if path.name not in OWN:
            for node in ast.walk(ast.parse(path.read_text())):
                words.update(_words_run_by(node))
    return frozenset(words)


def _words_run_by(node: ast.AST) -> set[str]:
    """`call_command("x")`, `main(["x"])`, `[python, "dev", "x"]`, `["manage.py", "x"]`."""
    if isinstance(node, ast.Call):
        first = node.args[:1]
    elif isinstance(node, ast.List):
        texts = [each.value if isinstance(each, ast.Constant) else None for each in node.elts]
        after = [number + 1 for number, text in enumerate(texts) if text in ("dev", "manage", "manage.py")]
        first = [*node.elts[:1], *(node.elts[number] for number in after if number < len(texts))]
    else:
        return set()
    return {each.value for each in first if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def is_run(command: Documented) -> bool:
    if command.name in RUN_BY:
        place, text = RUN_BY[command.name]
        return text in (PROJECT / place).read_text()
    return command.name in run_in_tests() or command.name in DJANGO_ITSELF


def test_every_documented_command_is_run_by_a_test() -> None:
    assert not sorted({f"{command.program} {command.name}" for command in found() if not is_run(command)})


def test_every_command_of_the_product_is_documented() -> None:
    own = {"chaos", "benchmarks", "demo", "settings_sync", "tenants", "webhooks", "accounts"}
    ours = {name for name, app in get_commands().items() if app in own}
    assert len(ours) >= 20
    assert sorted(ours - {command.name for command in found()}) == []


def test_a_command_that_no_test_runs_is_seen() -> None:
    (command,) = documented_commands("`./dev manage sqlsequencereset`")
    assert not is_run(command)
