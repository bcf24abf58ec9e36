"""Telling other systems and people what happened: endpoints, the outbox, delivery, e-mail."""
