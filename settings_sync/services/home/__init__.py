"""The first page of an administration: the picture of a main one, and what a sub has to know."""
