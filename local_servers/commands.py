"""The commands of `./dev`: each takes the read options and the arguments to pass on, and returns an exit code."""

import argparse
import importlib.util
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_servers.browser import ready_browser
from local_servers.checks import run_checks
from local_servers.data_folder import UP, DataFolder
from local_servers.foreground import run_in_foreground, run_manage
from local_servers.interpreters import python_environment
from local_servers.problems import Problem
from local_servers.processes import PROJECT, Supervisor
from local_servers.product import Product, say
from local_servers.servers import PRINTED, Servers, environment_for, path_with_postgres
from local_servers.stopping import Stopped
from local_servers.translations import compile_catalogs
from local_servers.virtual_environment import VirtualEnvironment

DEFAULT_ADDRESS = "http://127.0.0.1:8000"


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
    lock = data.lock(purpose=UP)
    product = Product(data, options.port, demo=not options.no_demo, python=python)
    try:
        product.start()
        if options.check:
            return run_manage(python, product.environment, ["check_sync"])
        say("Stop it with Ctrl-C.")
        product.watch()
        return 0
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
    state = data.running_soon()
    if state is not None:
        return run_manage(python, environment_of_running(state), rest)
    with own_servers(data, "./dev manage", durable=True) as servers:
        return run_manage(python, environment_for(servers.addresses, base_url=DEFAULT_ADDRESS, demo=True), rest)


def environment_of_running(state: dict[str, Any]) -> dict[str, str]:
    """The environment of what runs, for a command beside it."""
    return {**python_environment(), **state["environment"], "PATH": path_with_postgres()}


@contextmanager
def own_servers(data: DataFolder, purpose: str, *, durable: bool) -> Iterator[Servers]:
    """Servers in a data folder for the duration of one command. Raises Problem."""
    data.prepare()
    lock = data.lock(purpose=purpose)
    supervisor = Supervisor()
    try:
        servers = Servers(data, supervisor, durable=durable)
        servers.start()
        yield servers
    finally:
        supervisor.stop_all()
        lock.release()


def env(options: argparse.Namespace, _rest: list[str]) -> int:
    """Print the addresses of what runs."""
    state = data_folder(options).require_running()
    for name in PRINTED:
        print(f"{name}={state['environment'][name]}")
    return 0


def test(_options: argparse.Namespace, rest: list[str]) -> int:
    """The test suite, in as many processes as there are processors unless told otherwise."""
    python = ready_python()
    # What is quick needs no browser, and installing one is not.
    browser = None if "--quick" in rest else ready_browser()
    environment = {**python_environment(), **({"CHROMIUM": browser} if browser else {}), "PATH": path_with_postgres()}
    return run_in_foreground([python, "-m", "pytest", *shared_out(rest), *rest], environment)


# Tests that share a product or a standing database stand in one file or folder: apart they would each make their own.
BY_FILE = ["--dist", "loadfile"]


def shared_out(arguments: list[str]) -> list[str]:
    """The options that share the tests out over processes; none when the arguments say so or ask for a debugger."""
    alone = ("--pdb", "--trace", "no:xdist", "--co", "-h", "--help")
    if any(argument.startswith(("--dist", *alone)) for argument in arguments):
        return []
    if any(argument.startswith(("-n", "--numprocesses")) for argument in arguments):
        return BY_FILE
    processors = os.cpu_count() or 1
    # One more than there are processors, because many tests wait for servers and browsers.
    return [] if processors < 2 else ["-n", str(min(processors + 1, 4)), *BY_FILE]


def mutate(_options: argparse.Namespace, rest: list[str]) -> int:
    """Plant one fault after the other in the modules that are named, and say which of them no test misses."""
    modules = [argument for argument in rest if argument.endswith(".py") and not argument.startswith("tests/")]
    if not modules:
        raise Problem("Name modules: ./dev mutate settings_sync/planning/merging.py; what else follows goes to pytest.")
    others = [argument for argument in rest if argument not in modules]
    if not any(argument.startswith("tests") for argument in others):
        others += sorted({str(tests_of(module)) for module in modules})
    asked = [f"--mutate={module}" for module in modules]
    environment = {**python_environment(), "PATH": path_with_postgres()}
    return run_in_foreground([ready_python(), "-m", "pytest", "-p", "quality.mutating", *asked, *others], environment)


def tests_of(module: str) -> Path:
    """The folder with the tests of a module, relative to the project: the one that mirrors its own. Raises Problem."""
    folder = Path("tests") / Path(module).parent
    if not (PROJECT / module).is_file() or not (PROJECT / folder).is_dir():
        raise Problem(f"There is no module {module}, or no folder {folder} with its tests.")
    return folder


def check(_options: argparse.Namespace, rest: list[str]) -> int:
    """Every check of the code."""
    if rest:
        raise Problem("./dev check takes no arguments: it runs every check.")
    return run_checks(ready_python())


def bench(options: argparse.Namespace, rest: list[str]) -> int:
    """The benchmarks, on servers of their own that keep what they write, as in production."""
    return run_module("benchmarks", options, rest)


def chaos(options: argparse.Namespace, rest: list[str]) -> int:
    """The guarantees under fire, on servers that it starts, kills and starts again itself."""
    python = ready_python()
    compile_catalogs(PROJECT)
    environment = {**python_environment(), "PATH": path_with_postgres()}
    return run_in_foreground([python, "-m", "chaos", *rest], environment)


def run_module(name: str, options: argparse.Namespace, rest: list[str]) -> int:
    """Run one of the project's packages against migrated servers in a folder that is removed afterwards."""
    if importlib.util.find_spec(name) is None or importlib.util.find_spec(f"{name}.__main__") is None:
        raise Problem(f"There is no ./dev {name} yet: the project has no package {name} to run.")
    python = ready_python()
    compile_catalogs(PROJECT)
    with scratch_folder(name) as data, own_servers(data, f"./dev {name}", durable=True) as servers:
        environment = environment_for(servers.addresses, base_url=DEFAULT_ADDRESS, demo=True)
        environment["EENLIJN_DATA"] = str(data.path)
        if code := run_manage(python, environment, ["migrate_administrations"]):
            return code
        return run_in_foreground([python, "-m", name, *rest], environment)


@contextmanager
def scratch_folder(name: str) -> Iterator[DataFolder]:
    """A data folder for one command, inside EENLIJN_DATA when that is set, removed afterwards."""
    parent = os.environ.get("EENLIJN_DATA")
    if parent:
        Path(parent).mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(prefix=f"eenlijn-{name}-", dir=parent))
    path.chmod(0o711)
    try:
        yield DataFolder(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


COMMANDS: dict[str, Callable[[argparse.Namespace, list[str]], int]] = {
    "up": up,
    "test": test,
    "check": check,
    "mutate": mutate,
    "bench": bench,
    "chaos": chaos,
    "manage": manage,
    "env": env,
}
