"""Sub-administrations: how far they are in line, and what a backup holds of the sync."""
