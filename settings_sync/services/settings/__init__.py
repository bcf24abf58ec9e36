"""Settings: each item of an administration, where it comes from and what is pinned or locked of it."""
