"""Matching for a cohort in files: no server, no database, no broker, no settings."""
