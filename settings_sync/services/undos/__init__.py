"""Taking runs back: planned at once, or by a worker where there are many administrations."""
