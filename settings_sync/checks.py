"""System checks of the declarations; see `registry`."""
