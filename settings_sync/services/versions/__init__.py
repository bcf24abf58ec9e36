"""Versions: what each setting has been; listed, compared and brought back. Edits and syncs keep them."""
