"""The proof of a result, found and checked without any solver: nothing here may import one, nor one this."""
