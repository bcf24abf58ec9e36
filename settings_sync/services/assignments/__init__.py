"""Which settings an administration is to have, by the packages that are assigned to it and to its groups."""
