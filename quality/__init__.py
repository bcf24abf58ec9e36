"""What `./dev check` asks beyond the usual programs: translations and lock files."""
