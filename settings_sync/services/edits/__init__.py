"""Edits: how settings are changed in one administration outside a sync, by whichever door, and what is kept of it."""
