"""What `./dev check` asks beyond the usual programs: translations, templates and lock files."""
