"""Faults that real processes must survive. `FAULTS=all` tries everything, else of what is slow a sample."""

import os

EVERYTHING = os.environ.get("FAULTS") == "all"
