"""Our own engine: kernels compiled by numba, for mentees with one slot each."""
