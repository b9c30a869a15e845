"""What is said: conversations as values. Standard library only; no clock, no I/O."""
