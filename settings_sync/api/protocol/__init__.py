"""The protocol of the API: who asks, in which form, how often, and how a refusal is told."""
