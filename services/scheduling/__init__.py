"""Scheduling: whose clock, whose hours, which slot, and the life of a booked session."""
