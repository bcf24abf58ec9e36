"""`./dev bench fleet`: how what a sync, a page and a migration cost grows with the number of administrations."""
