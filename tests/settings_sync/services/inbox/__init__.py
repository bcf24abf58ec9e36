"""Deciding about what was changed in sub-administrations."""
