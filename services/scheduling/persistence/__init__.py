"""The store of scheduling."""
