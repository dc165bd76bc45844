"""The rules of engagement, pure: no clock, no store, no randomness."""
