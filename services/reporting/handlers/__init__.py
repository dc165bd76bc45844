"""Use cases: each event sets what its own stream knows, and looks at nothing else."""
