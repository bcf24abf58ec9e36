"""Telling people, what they read of it, and the one mail in which it comes."""
