"""Making the read models anew from the topics, and proving that they are the same."""
