"""The real product for the browser tests: what `./dev up` starts, in a database of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from local_servers.data_folder import DataFolder
from local_servers.processes import free_port
from local_servers.product import Product
from tests.databases import drop_database, make_database
from tests.template_database import wait_for_template, with_path

REDIS_DATABASE = "13"


@contextmanager
def running_product(folder: Path) -> Iterator[Product]:
    """The product with the demo's data, on loopback, until the block ends; its logs are in `folder`. Raises Problem."""
    port = free_port()
    with own_database() as name, environment(addresses(name, f"http://127.0.0.1:{port}")):
        data = DataFolder(folder)
        data.prepare()
        product = Product(data, port, demo=True, python=Path(sys.executable))
        try:
            product.start()
            yield product
        finally:
            product.stop()


@contextmanager
def own_database() -> Iterator[str]:
    """A new database beside the one that the other tests use, which they empty as they go."""
    owner = os.environ["DATABASE_URL"]
    name = f"test_{urlsplit(owner).path.strip('/')}_e2e"
    with psycopg.connect(owner, autocommit=True) as server:
        make_database(server, name, wait_for_template() or "template1")
    yield name
    with psycopg.connect(owner, autocommit=True) as server:
        drop_database(server, name)


def addresses(database: str, base_url: str) -> dict[str, str]:
    """The environment of the product: the servers of this test run, with places of its own in them."""
    return {
        "DATABASE_URL": with_path(os.environ["DATABASE_URL"], database),
        "SYNC_DATABASE_URL": with_path(os.environ["SYNC_DATABASE_URL"], database),
        "REDIS_URL": with_path(os.environ["REDIS_URL"], REDIS_DATABASE),
        "BASE_URL": base_url,
        "ALLOWED_HOSTS": "127.0.0.1",
        "EENLIJN_WEBHOOKS_ALLOW_PRIVATE": "true",
    }


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """These variables for what is started in the block."""
    former = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
