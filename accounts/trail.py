"""What happens to accounts, for the trail: that stands above this app, so it comes here to listen."""

from collections.abc import Callable
from typing import Any

listeners: list[Callable[..., object]] = []


def tell(action: str, *, actor: Any = None, on_behalf_of: str = "", note: str = "", **data: Any) -> None:
    """Tell everybody who listens, in the caller's transaction. `data` must be JSON-serialisable."""
    for listener in listeners:
        listener(action, actor=actor, on_behalf_of=on_behalf_of, note=note, **data)
