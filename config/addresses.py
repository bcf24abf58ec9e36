"""Addresses of servers, with the passwords that the environment may give beside them."""

import os
from urllib.parse import quote, urlsplit


def with_password(address: str, variable: str) -> str:
    """Return an address with the password in an environment variable, quoted.

    The address stays as it is where there is no such password, or where it has one itself.
    """
    # Not by django-environ, which takes a value that begins with $ for the name of another variable.
    password = os.environ.get(variable, "")
    parts = urlsplit(address)
    name, _at, place = parts.netloc.rpartition("@")
    if not password or not place or ":" in name:
        return address
    return parts._replace(netloc=f"{name}:{quote(password, safe='')}@{place}").geturl()
