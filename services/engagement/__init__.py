"""What happens inside a match: plans, goals, session logs, notes, pulses, fit checks, health."""
