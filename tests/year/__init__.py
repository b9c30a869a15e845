"""A year of an organisation: two hundred exchanges, lived by people of all kinds in simulated time."""
