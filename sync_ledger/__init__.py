"""What each administration remembers of syncs (lives in every administration's schema)."""
