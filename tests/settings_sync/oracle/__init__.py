"""A second oracle of a sync, written from docs/how-sync-works.md: it shares no code with the engine or `histories`."""
