"""Packages: made, changed, assigned, taken, and what being in a group would change."""
