"""The life of a match, from proposal to end."""
