"""Wording: what people read of a change."""
