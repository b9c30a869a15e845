"""Faults that real processes must survive. `FAULTS=all` tries everything, else of what is slow a sample.

`FAULTS_WALKS=5000` lets each random walk begin so often instead.
"""

import os

EVERYTHING = os.environ.get("FAULTS") == "all"
WALKS = int(os.environ.get("FAULTS_WALKS", "0"))
