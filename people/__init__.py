"""The people of an administration: inviting them, what they may do, and what is their own: profile and password."""
