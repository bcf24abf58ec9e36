"""Workflows and their ordered steps."""
