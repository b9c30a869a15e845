"""The specification's sentences: their keys, and the section each stands in."""

from __future__ import annotations

import json
import re

from tests.conftest import ROOT

SPEC = ROOT.parent / "shared" / "domain"

LATER = ("10.2", "10.5", "10.6", "10.7")
"""Sections whose conversations are still to come."""


def sections() -> dict[str, str]:
    """The section of the specification that each sentence stands in."""
    found, section = {}, ""
    for line in (SPEC / "exchange-spec.md").read_text("utf-8").splitlines():
        if heading := re.match(r"###? (\d+(?:\.\d+)?)", line):
            section = heading[1]
        elif row := re.match(r"\| ([a-z][\w.]+) \| ", line):
            found[row[1]] = section
    return found


def spec_keys() -> list[str]:
    """Every key of the specification, in its order."""
    return [*json.loads((SPEC / "strings.json").read_text("utf-8"))]


def later(keys: list[str]) -> list[str]:
    """Those of them whose conversations are still to come."""
    where = sections()
    return [key for key in keys if where.get(key, "") in LATER]
