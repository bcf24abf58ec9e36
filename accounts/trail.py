"""What happens to accounts, for the trail: that stands above this app, so it comes here to listen."""

from collections.abc import Callable
from typing import Any

listeners: list[Callable[..., object]] = []


def tell(action: str, *, actor: Any = None, on_behalf_of: str = "") -> None:
    """Tell everybody who listens, in the caller's transaction."""
    for listener in listeners:
        listener(action, actor=actor, on_behalf_of=on_behalf_of)
