"""What a screen reader has to read of a page, and in which order: Chromium's accessibility tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Page

CONTROLS: Final = frozenset(
    {"button", "link", "textbox", "checkbox", "radio", "radiogroup", "combobox", "searchbox", "spinbutton", "Date"}
)
"""Roles of what can be pressed or filled in: Chromium's names."""


@dataclass(frozen=True)
class Said:
    """One thing as it is read: what it is, what it is called, and what is said about it besides."""

    role: str
    name: str
    about: str = ""


async def aloud(page: Page) -> list[Said]:
    """All that has a role and a name or is a control, from the top of the page to its end."""
    client = await page.context.new_cdp_session(page)
    try:
        nodes = (await client.send("Accessibility.getFullAXTree"))["nodes"]
    finally:
        await client.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    (root,) = [node for node in nodes if "parentId" not in node]
    return [*_read(root, by_id)]


def _read(node: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> Iterator[Said]:
    if not node["ignored"]:
        role, name, about = (_words(node, part) for part in ("role", "name", "description"))
        if name or role in CONTROLS:
            yield Said(role, name, about)
    for child in node.get("childIds", ()):
        if child in by_id:
            yield from _read(by_id[child], by_id)


def _words(node: Mapping[str, Any], part: str) -> str:
    return " ".join(str(node.get(part, {}).get("value", "")).split())


def controls(said: list[Said], *roles: str) -> list[Said]:
    """What can be pressed or filled in, in its order; of some roles only where they are named."""
    return [each for each in said if each.role in (roles or CONTROLS)]


def in_order(said: list[Said], names: list[str]) -> list[str]:
    """Those of the names that are not read after the ones before them. A name is found by how something begins."""
    missed, at = [], 0
    for name in names:
        wanted = " ".join(name.split())
        found = next((n for n in range(at, len(said)) if said[n].name.startswith(wanted)), None)
        if found is None:
            missed.append(name)
        else:
            at = found + 1
    return missed
