"""Runs: started, followed, announced, tried again, pruned."""
