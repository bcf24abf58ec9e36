"""Choices: what was chosen in the wizard, saved by name or kept while somebody signs in."""
