"""The console: pages for people, rendered here."""
