"""Help: a short text for each kind of page, and a tour of a first sync."""
