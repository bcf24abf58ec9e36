"""What the demo shows: the settings of two companies in technical service."""
