"""Packages, against a database."""
