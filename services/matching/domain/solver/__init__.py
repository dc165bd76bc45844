"""The exact assignment; nothing here knows what a mentor is."""
