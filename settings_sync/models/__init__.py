"""The shared tables of the product, and the bases of every model whose rows travel."""

from .items import Item, NameKey, Part

__all__ = ["Item", "NameKey", "Part"]
