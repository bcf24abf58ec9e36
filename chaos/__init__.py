"""The guarantees under fire: `./dev chaos [name]`. Real servers and workers are killed, and what is left is counted."""
