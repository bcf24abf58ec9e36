"""Backups of one administration: a file with all that stands in it, and putting it back, here or elsewhere."""
