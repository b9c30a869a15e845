"""The page of promises names tests that exist, and every fault has a test that carries its id."""

from __future__ import annotations

import re

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
ELSEWHERE = {"f19": "test_s11_two_processes_renew_once", "f20": "test_t2_whatever_goes_wrong_the_old_keys_are_kept"}
"""Faults that the platforms' own rules have a number for."""


def every_test() -> set[str]:
    """The names of all tests."""
    found = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
    files = (ROOT / "tests").rglob("test_*.py")
    return {name for file in files for name in found.findall(file.read_text(encoding="utf-8"))}


def test_the_page_names_tests_that_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 50
    assert named - every_test() == set()


def test_the_page_makes_eleven_promises() -> None:
    assert re.findall(r"^\*\*(\d+)\. ", PAGE, re.MULTILINE) == [str(n) for n in range(1, 12)]


def test_every_fault_is_tried_by_a_test_that_carries_its_id() -> None:
    names = every_test()
    ids = {id for name in names for id in re.findall(r"(?<=_)f\d+(?=_)", name)}
    ids |= {id for id, name in ELSEWHERE.items() if name in names}
    assert {f"f{n}" for n in range(1, 28)} - ids == set()
