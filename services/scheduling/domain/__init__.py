"""The pure rules of scheduling: standard library only, no clock, no randomness, no input or output."""
