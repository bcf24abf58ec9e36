"""Pages and forms of the Django admin with which support helps a customer."""
