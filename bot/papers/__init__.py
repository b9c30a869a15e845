"""Documents to take along: what stands in one, and how it becomes a file."""
