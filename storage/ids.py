"""Ids of rows: random, so that they tell neither order nor time."""

from uuid import uuid4


def new_id() -> str:
    """A fresh id of 32 hexadecimal characters."""
    return uuid4().hex
