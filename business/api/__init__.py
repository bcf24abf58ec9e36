"""Daily data over REST, to read: each resource has a scope of its own and asks for the right in its administration."""
