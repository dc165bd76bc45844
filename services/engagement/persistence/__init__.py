"""Tables of engagement and what reads and writes them."""
