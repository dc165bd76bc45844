"""The store of matching."""
