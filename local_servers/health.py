"""Whether an address answers 200, for a container's health check: `python -m local_servers.health URL`."""

import os
import sys
import urllib.request


def host_name(allowed: str) -> str:
    """A host name that Django's ALLOWED_HOSTS accepts."""
    first = allowed.split(",")[0].strip().lstrip(".")
    return first if first not in ("", "*") else "localhost"


def main(address: str) -> int:
    """0 when the address answers 200."""
    request = urllib.request.Request(address, headers={"Host": host_name(os.environ.get("ALLOWED_HOSTS", ""))})
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:  # nosec B310 # our own address
            return 0 if answer.status == 200 else 1
    except OSError as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
