"""Notices: what people are told, in the product and by mail, each in the kinds that they chose."""
