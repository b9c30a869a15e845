"""Getting to know the workspaces: at the start, and later when Slack did not answer then."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from bot.channels.slack.calls import Calls, Fate
from bot.channels.slack.one_token import OneToken
from bot.channels.slack.places import Places
from bot.channels.slack.settings import WrongSlack
from bot.channels.slack.tokens import Access, NoAccess
from bot.channels.slack.workspaces import CHANNEL
from storage.records import Workspace
from storage.store import Store

log = structlog.get_logger()

BEAT = 5.0
"""Seconds before Slack is asked again. Each time it does not answer, they double."""

LONGEST = 60.0


class Meeting:
    """The tokens that are set, shown to Slack, and then the channels of each workspace, once in a process."""

    def __init__(
        self, store: Store, calls: Calls, places: Places, one: OneToken | None, app_token: str = "", beat: float = BEAT
    ) -> None:
        self._store = store
        self._calls = calls
        self._places = places
        self._one = one
        self._app_token = app_token
        self._beat = beat
        self._answered = False
        self._listed: set[str] = set()
        self._woken = asyncio.Event()
        self._going_on: asyncio.Task[None] | None = None

    async def start(self) -> list[str] | None:
        """The names of the workspaces; None while Slack does not answer. Then it goes on trying. Raises WrongSlack."""
        answers = await self._answers()
        if not (answers and await self._lists()):
            self._go_on_from(self._beat)
        return [row.name for row in await self._live()] if answers else None

    def again(self) -> None:
        """Slack has told something, so it is there: whoever is not met yet is met now."""
        self._woken.set()
        if self._going_on is None or self._going_on.done():
            self._go_on_from(self._beat)

    async def stop(self) -> None:
        """Asks no more."""
        if self._going_on is not None:
            self._going_on.cancel()
            await asyncio.wait({self._going_on})

    def _go_on_from(self, wait: float) -> None:
        self._going_on = asyncio.get_running_loop().create_task(self._go_on(wait))

    async def _go_on(self, wait: float) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            self._woken.clear()
            if await self._is_over() and not self._woken.is_set():
                return
            wait = min(wait * 2, LONGEST)

    async def _is_over(self) -> bool:
        """Whether there is nothing more to ask for."""
        try:
            return await self._answers() and await self._lists()
        except WrongSlack as wrong:
            log.error("slack_refused", sentence=str(wrong))
            return True
        except Exception as failure:  # the store, most likely; its text may be somebody's words
            log.warning("slack_not_met", error=type(failure).__name__)
            return False

    async def _answers(self) -> bool:
        """Whether Slack has taken every token that is set. Raises WrongSlack when it refuses one."""
        self._answered = self._answered or (await self._takes_bot_token() and await self._takes_app_token())
        return self._answered

    async def _takes_bot_token(self) -> bool:
        if self._one is None:
            return True
        try:
            await self._one.start()
        except NoAccess as no:
            if not no.later:
                raise WrongSlack(
                    f"Slack does not take SLACK_BOT_TOKEN ({no.reason}). Copy it again from the app's settings, "
                    "OAuth & Permissions; `vidsyn doctor` looks at the rest."
                ) from no
            log.warning("slack_not_reached", reason=no.reason)
            return False
        return True

    async def _takes_app_token(self) -> bool:
        token = self._app_token
        if not token:
            return True
        # The address in the answer is left alone: the socket asks for one of its own whenever it connects.
        answer = await self._calls.ask(
            Access(token, "", "", ""), lambda slack: slack.apps_connections_open(app_token=token)
        )
        if answer.fate in (Fate.REFUSED, Fate.GONE):
            raise WrongSlack(
                f"Slack does not take SLACK_APP_TOKEN ({answer.code}). Generate one with the scope connections:write "
                "in the app's settings, Basic Information, App-Level Tokens; `vidsyn doctor` looks at the rest."
            )
        if not answer.done:
            log.warning("slack_not_reached", reason=answer.code)
        return answer.done

    async def _lists(self) -> bool:
        """Whether the channels of every workspace are known."""
        tenants = [row.tenant for row in await self._live()]
        self._listed.intersection_update(tenants)
        for tenant in tenants:
            if tenant not in self._listed and await self._places.catch_up(tenant):
                self._listed.add(tenant)
        return self._listed.issuperset(tenants)

    async def _live(self) -> list[Workspace]:
        rows = await self._store.run(lambda work: work.workspaces.all(CHANNEL))
        return [row for row in rows if row.state == "live"]
