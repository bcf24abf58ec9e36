"""Verdicts and plans: pure. No database, no clock, no registry."""
