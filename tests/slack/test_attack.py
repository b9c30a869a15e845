"""What somebody might try, and what happens when Slack tells of things much later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.slack.here import at
from tests.slack.stage import TEAM


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_s12_an_end_that_is_told_after_it_was_installed_anew_ends_nothing(kind: str) -> None:
    async with at("round open") as here:
        await here.slack.admin.uninstalls(TEAM)
        told = next(it for it in here.slack.deliveries if it.body.get("event", {}).get("type") == kind)
        here.play.clock.move_to(here.play.clock.now() + timedelta(minutes=1))
        here.play.bot_token = here.slack.install(TEAM).value
        await here.play.restart()
        again = await here.slack.send(told.kind, told.team, told.body)
        assert again.answer.ok
        said = len(here.chat(here.emil))
        await here.emil.says("hjælp")
        assert len(here.chat(here.emil)) == said + 1
        here.nothing_refused()
