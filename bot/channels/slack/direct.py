"""What is shown at once, while somebody waits for it. Nothing of it is tried again: a moment later it helps nobody."""

from __future__ import annotations

from typing import Any

from bot.channels.slack.calls import Ask, Calls
from bot.channels.slack.tokens import Access

View = dict[str, Any]


class Direct:
    """Calls outside the queue. Each returns Slack's code for what went wrong, empty when nothing did."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def open_view(self, access: Access, trigger_id: str, view: View) -> str:
        """Shows a form. The trigger must be younger than three seconds, and is good once."""
        return await self._ask(access, lambda slack: slack.views_open(trigger_id=trigger_id, view=view))

    async def update_view(self, access: Access, view_id: str, view: View, hash: str = "") -> str:
        """Shows something else in an open form. With a `hash` only while the form is as that says."""
        given = {"hash": hash} if hash else {}
        return await self._ask(access, lambda slack: slack.views_update(view_id=view_id, view=view, **given))

    async def publish_home(self, access: Access, user: str, view: View) -> str:
        """Shows somebody their own page."""
        return await self._ask(access, lambda slack: slack.views_publish(user_id=user, view=view))

    async def whisper(self, access: Access, channel: str, user: str, text: str, thread: str = "") -> str:
        """Says something in a channel that one person sees, and nobody keeps."""
        given: dict[str, Any] = {"thread_ts": thread} if thread else {}
        return await self._ask(
            access,
            lambda slack: slack.chat_postEphemeral(
                channel=channel, user=user, text=text, team_id=access.tenant, **given
            ),
        )

    async def _ask(self, access: Access, ask: Ask) -> str:
        answer = await self._calls.ask(access, ask)
        return "" if answer.done else answer.code or answer.fate.value
