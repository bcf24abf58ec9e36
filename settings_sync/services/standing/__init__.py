"""Standing orders: made, found due, and carried out as a plan and a run like any other."""
