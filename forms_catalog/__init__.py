"""Forms, their sections and fields."""
