"""What went over time: how far in line, how long publishing took, and how many decisions waited."""
