"""What people are told of syncs and of new administrations."""
