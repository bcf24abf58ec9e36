"""Filling in a form, wherever that is done: from its own copy of the questions. Pure but for making that copy."""
