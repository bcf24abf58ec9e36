"""Runs that wait for the word of somebody else, and when that is asked."""
