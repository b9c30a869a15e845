"""Block Kit as a page that looks like Slack, to look at what was sent. Every text is shown as Slack shows it: plain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader

Kind = Literal["message", "modal", "home"]

NAMES = {
    "da": ("(valgfrit)", "I dag kl. 15.15"),
    "nb": ("(valgfritt)", "I dag kl. 15.15"),
    "en": ("(optional)", "Today at 15.15"),
}
"""What Slack itself says: after a question that may be left empty, and when a message came."""


def render(
    surface: Mapping[str, Any] | Sequence[Any],
    kind: Kind,
    language: str = "da",
    people: Mapping[str, str] | None = None,
) -> str:
    """The page, for any width from a phone's.

    `surface` is the list of a message's blocks (or a list of such lists, a message each), or a view. `people` are the
    names of Slack's users by id.
    """
    optional, when = NAMES[language]
    messages = []
    if isinstance(surface, Sequence):
        messages = [surface] if surface and isinstance(surface[0], Mapping) else list(surface)
    page = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("preview.html")
    view = surface if isinstance(surface, Mapping) else {"blocks": []}
    return page.render(
        view=view, messages=messages, kind=kind, language=language, optional=optional, when=when, people=people or {}
    )
