"""Runs: started, applied target by target, followed, announced, taken back, pruned."""
