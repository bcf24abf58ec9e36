"""Whether an installation is well: what must hold before it starts, and what a doctor finds and mends."""
