"""Applies one target of a run, in one transaction, on the sync login."""
