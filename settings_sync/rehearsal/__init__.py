"""A rehearsal of the main job on a running product: over HTTP, with the real workers, and verified."""
