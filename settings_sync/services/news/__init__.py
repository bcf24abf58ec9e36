"""News: what the main administration changed in a sub-administration, told there."""
