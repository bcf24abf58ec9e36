"""Reading the command line of `./dev`, and telling problems in sentences."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from local_servers.commands import COMMANDS
from local_servers.problems import Problem, problem_from
from local_servers.stopping import Stopped, install_stop_signals

PASSED_ON = {
    "test": "the test suite; arguments go to pytest; --quick for the inner loop",
    "check": "format, lint, types, import rules, Django's checks, translations",
    "mutate": "plant faults in the modules named, and say which ones no test misses",
    "bench": "the benchmarks; a name narrows them, --json FILE writes the figures",
    "chaos": "the guarantees under fire",
    "manage": "manage.py in the same environment",
}


class Reader(argparse.ArgumentParser):
    """Reads arguments; says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise Problem instead of printing the usage."""
        raise Problem(f"{message[0].upper()}{message[1:]}. See ./dev --help.")


def reader() -> Reader:
    """The commands and their options."""
    top = Reader(prog="./dev", description="Eenlijn on this machine.", allow_abbrev=False)
    commands = top.add_subparsers(dest="command", metavar="command", required=True, parser_class=Reader)
    up = commands.add_parser("up", help="run everything", allow_abbrev=False)
    up.add_argument("--check", action="store_true", help="run one real sync, verify, stop")
    up.add_argument("--port", type=int, default=8000, help="the port of the pages (8000)")
    up.add_argument("--no-demo", action="store_true", help="without demo data")
    env = commands.add_parser("env", help="the addresses of what runs", allow_abbrev=False)
    for command in (up, env):
        command.add_argument("--data", type=Path, help="the data folder (.data, or EENLIJN_DATA)")
    for name, help_text in PASSED_ON.items():
        commands.add_parser(name, help=help_text, add_help=False)
    return top


def main(arguments: list[str]) -> int:
    """Run one command; its exit code. What has a sentence does not end in a traceback."""
    install_stop_signals()
    try:
        return run(arguments)
    except Problem as problem:
        return tell(problem)
    except OSError as error:
        problem_found = problem_from(error)
        if problem_found is None:
            raise
        return tell(problem_found)
    except Stopped as stopped:
        return 128 + stopped.number


def run(arguments: list[str]) -> int:
    """Choose and run the command."""
    if sys.platform not in ("linux", "darwin"):
        raise Problem("Eenlijn runs on Linux and macOS. On Windows, use it inside WSL.")
    if arguments and arguments[0] in PASSED_ON:
        return COMMANDS[arguments[0]](argparse.Namespace(data=None), arguments[1:])
    options = reader().parse_args(arguments)
    return COMMANDS[options.command](options, [])


def tell(problem: Problem) -> int:
    """Print a problem; the exit code that goes with it."""
    print(f"./dev: {problem}", file=sys.stderr)
    return problem.exit_code
