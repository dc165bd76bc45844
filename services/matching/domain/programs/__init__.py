"""Programs: for whom, by which rules, in which rhythm."""
