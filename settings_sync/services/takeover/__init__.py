"""Taking over: an administration's own settings beside those of the main administration."""
