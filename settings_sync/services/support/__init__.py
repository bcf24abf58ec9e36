"""Support: what staff look up and do on behalf of a customer."""
