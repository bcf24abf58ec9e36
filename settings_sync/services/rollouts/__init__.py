"""The rings of a run as they are kept: read, and given to its administrations when it begins."""
