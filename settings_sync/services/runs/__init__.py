"""Runs: started, followed, announced, taken back, pruned."""
