"""The inbox of a main administration: what was changed in its subs, and what is decided about it."""
