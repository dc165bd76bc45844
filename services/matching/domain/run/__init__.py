"""One match run: a market of participants and a program's rules in, proposals with their reasons out."""
