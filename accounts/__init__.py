"""Users with e-mail login, and API tokens."""
