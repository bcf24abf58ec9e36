"""Reads documents, indexes and snapshots; returns frozen values, nothing lazy."""
