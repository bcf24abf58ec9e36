"""Whether an address answers 200, for a container's health check: `python -m local_servers.health URL`."""

import sys
import urllib.request


def main(address: str) -> int:
    """0 when the address answers 200."""
    try:
        with urllib.request.urlopen(address, timeout=4) as answer:  # nosec B310 # our own address
            return 0 if answer.status == 200 else 1
    except OSError as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
