"""The pages of the main job: administrations, the preview of a sync, runs."""
