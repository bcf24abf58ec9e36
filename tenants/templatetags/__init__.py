"""Template tags for pages of an administration."""
