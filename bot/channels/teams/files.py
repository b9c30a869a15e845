"""The files of a message: a bot can attach none in Teams, and no text of theirs is to stand in a chat for years."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channel import File
from bot.channels.teams.buttons import Surface, leads_out
from bot.channels.teams.parts import Element, Say, small

DOWNLOAD, AN_HOUR, NOWHERE, IN_CHAT = "teams.download", "teams.an_hour", "teams.nowhere", "teams.in_chat"


def files(them: Sequence[File], links: Sequence[str], surface: Surface, say: Say) -> list[Element]:
    """A button for each file that downloads it by its link, and how long it does.

    In a dialog a sentence says that they are in the chat. Without links nothing can be downloaded, and that is said.
    """
    if not them:
        return []
    if surface == "dialog":
        return small(say(IN_CHAT))
    if not links:
        return small(say(NOWHERE))
    buttons = (leads_out(say(DOWNLOAD), it.name, link) for it, link in zip(them, links, strict=True))
    return [*(element for button in buttons for element in button), *small(say(AN_HOUR))]
