"""What stands in the schemas: of an administration, of all of them together, and of the template of new ones."""
