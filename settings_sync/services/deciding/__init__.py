"""Deciding: what a plan asks, what may be answered, and the answers."""
