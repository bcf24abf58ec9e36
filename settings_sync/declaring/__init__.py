"""Declaring: how a catalog says what travels."""
