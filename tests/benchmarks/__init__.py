"""How fast it is, beside the bare ceilings: `make bench`. No test asserts a time."""
