"""Administrations, memberships and roles, provisioning, and the one door into a schema."""
