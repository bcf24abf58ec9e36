"""The demo: two companies with their settings, customers and work, loaded once on a machine of one's own."""
