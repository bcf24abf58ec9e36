"""The servers and processes of one machine: what `./dev` and the test suite start. Standard library only."""
