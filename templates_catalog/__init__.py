"""Templates, layouts and schemes."""
