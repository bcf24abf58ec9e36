"""Telling that something moved while somebody was editing it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def fingerprint(values: Mapping[str, Any]) -> str:
    """A short mark of what somebody was looking at, by which a later edit sees that it has moved."""
    plain = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:32]
