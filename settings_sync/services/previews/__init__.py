"""Previews: a plan as people read it, change by change."""
