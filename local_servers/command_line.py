"""The commands of `./dev`: reading them, and telling problems in sentences."""

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from local_servers.data_folder import DataFolder
from local_servers.foreground import run_manage
from local_servers.problems import Problem, problem_from
from local_servers.processes import PROJECT, Supervisor
from local_servers.product import Product, say
from local_servers.servers import PRINTED, Servers, environment_for
from local_servers.translations import compile_catalogs
from local_servers.virtual_environment import VirtualEnvironment


class Stopped(BaseException):
    """Somebody asked this command to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Reader(argparse.ArgumentParser):
    """Reads arguments; says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message[0].upper()}{message[1:]}. See ./dev --help.")


def reader() -> Reader:
    """The commands and their options."""
    top = Reader(prog="./dev", description="Eenlijn on this machine.", allow_abbrev=False)
    commands = top.add_subparsers(dest="command", metavar="command", required=True, parser_class=Reader)
    up = commands.add_parser("up", help="run everything", allow_abbrev=False)
    up.add_argument("--check", action="store_true", help="run one real sync, verify, stop")
    up.add_argument("--port", type=int, default=8000, help="the port of the pages (8000)")
    up.add_argument("--no-demo", action="store_true", help="without demo data")
    environment = commands.add_parser("env", help="the addresses of what runs", allow_abbrev=False)
    for command in (up, environment):
        command.add_argument("--data", type=Path, help="the data folder (.data, or EENLIJN_DATA)")
    for name, help_text in PASSED_ON.items():
        commands.add_parser(name, help=help_text, add_help=False)
    return top


PASSED_ON = {
    "test": "the test suite; arguments go to pytest",
    "check": "format, lint, types, import rules, Django's checks, translations",
    "bench": "the benchmarks",
    "chaos": "the guarantees under fire",
    "manage": "manage.py in the same environment",
}


def main(arguments: list[str]) -> int:
    """Run one command; its exit code. Nothing here ends in a traceback that has a sentence."""
    install_stop_signals()
    try:
        return run(arguments)
    except Problem as problem:
        print(f"./dev: {problem}", file=sys.stderr)
        return problem.exit_code
    except OSError as error:
        problem = problem_from(error)
        if problem is None:
            raise
        print(f"./dev: {problem}", file=sys.stderr)
        return problem.exit_code
    except Stopped as stopped:
        return 128 + stopped.number


def run(arguments: list[str]) -> int:
    """Choose and run the command."""
    if arguments and arguments[0] in PASSED_ON:
        command, options, rest = (
            arguments[0],
            argparse.Namespace(data=None),
            arguments[1:],
        )
    else:
        options = reader().parse_args(arguments)
        command, rest = options.command, []
    if sys.platform not in ("linux", "darwin"):
        raise Problem("Eenlijn runs on Linux and macOS. On Windows, use it inside WSL.")
    return COMMANDS[command](options, rest)


def data_folder(options: argparse.Namespace) -> DataFolder:
    """The folder of --data, else of EENLIJN_DATA, else .data in the project."""
    chosen = options.data or os.environ.get("EENLIJN_DATA") or PROJECT / ".data"
    return DataFolder(Path(os.path.abspath(Path(chosen).expanduser())))


def ready_python() -> Path:
    """The interpreter of the virtual environment, made ready."""
    environment = VirtualEnvironment()
    environment.make_ready()
    return environment.python


def up(options: argparse.Namespace, _rest: list[str]) -> int:
    """Run everything until stopped, or check it once."""
    data = data_folder(options)
    python = ready_python()
    data.prepare()
    lock = data.lock(purpose="./dev up")
    product = Product(data, options.port, demo=not options.no_demo, python=python)
    try:
        product.start()
        if options.check:
            return run_manage(python, product.environment, ["check_sync"])
        product.watch()
    except Stopped as stopped:
        say("\nStopping ...")
        # Ctrl-C and a plain request to stop are how it is meant to end.
        return 0 if stopped.number in (signal.SIGINT, signal.SIGTERM) else 128 + stopped.number
    finally:
        stop_orderly(product)
        lock.release()


def stop_orderly(product: Product) -> None:
    """Stop everything; at once when asked a second time."""
    try:
        product.stop()
    except Stopped:
        product.stop(now=True)


def manage(options: argparse.Namespace, rest: list[str]) -> int:
    """manage.py against what runs, or against servers started for its own duration."""
    data = data_folder(options)
    python = ready_python()
    compile_catalogs(PROJECT)
    state = data.running()
    if state is not None:
        return run_manage(python, {**os.environ, **state["environment"]}, rest)
    data.prepare()
    lock = data.lock(purpose="./dev manage")
    supervisor = Supervisor()
    try:
        servers = Servers(data, supervisor, programs=python.parent.parent)
        servers.start()
        return run_manage(
            python,
            environment_for(servers.addresses, base_url=DEFAULT_ADDRESS, demo=True),
            rest,
        )
    finally:
        supervisor.stop_all()
        lock.release()


DEFAULT_ADDRESS = "http://127.0.0.1:8000"


def env(options: argparse.Namespace, _rest: list[str]) -> int:
    """Print the addresses of what runs."""
    state = data_folder(options).require_running()
    for name in PRINTED:
        print(f"{name}={state['environment'][name]}")
    return 0


def not_yet(options: argparse.Namespace, _rest: list[str]) -> int:
    raise Problem("not there yet")


COMMANDS: dict[str, Any] = {
    "up": up,
    "env": env,
    "manage": manage,
    "test": not_yet,
    "check": not_yet,
    "bench": not_yet,
    "chaos": not_yet,
}


def install_stop_signals() -> None:
    """Turn a request to stop into an exception, so that everything is tidied up on the way out."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise Stopped(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, stop)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, stop)
