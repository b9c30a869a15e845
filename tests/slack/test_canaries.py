"""What people write at Slack, their names, and what opens the workspace: in no log, and in no file in plain."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from tests.running.test_secrets import found
from tests.slack.fake.faults import DROP_AFTER, Garbage, Http, Refusal
from tests.slack.here import Here, at
from tests.slack.stage import CAST, CHANNEL_ID, SECRET
from tests.stage.scenes import EXPECT, GOAL, NOTES, PLACE, REASON, SHOW, SIGN, WHY, WISH

CANARY = "Kanariefugl"
CPR = "070761-4285"
WORDS = {
    *(words["da"] for words in (EXPECT, GOAL, PLACE, REASON, SHOW, SIGN, WHY, WISH)),
    *(text for texts in NOTES["da"].values() for text in texts),
    CANARY, CPR, CPR.replace("-", ""),
}  # fmt: skip
NAMES = {name for _, whole, _ in CAST for name in (whole, *whole.split())} | {"Sundby", "Solsikken"}


@dataclass
class Heard:
    """All that was logged, at every level."""

    structured: list[EventDict]
    caplog: pytest.LogCaptureFixture
    capfd: pytest.CaptureFixture[str]

    def text(self) -> str:
        records = "\n".join(f"{record.getMessage()} {record.exc_info} {vars(record)}" for record in self.caplog.records)
        out, err = self.capfd.readouterr()
        return "\n".join([repr(self.structured), records, self.caplog.text, out, err])


@pytest.fixture
async def heard(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> AsyncIterator[Heard]:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        if not name.startswith("sqlalchemy"):  # at DEBUG it prints whole rows, which nothing of ours can turn on
            caplog.set_level(logging.DEBUG, logger=name)
    with capture_logs() as structured:
        yield Heard(structured, caplog, capfd)


async def misfortunes(here: Here) -> None:
    """Everything at once that is written down when it goes wrong, with words in it that nobody may find."""
    emil, slack = here.emil.there, here.slack
    await emil.types(f"{CANARY} i chatten, og {CPR}")
    await here.play.settle()
    await emil.mentions(CHANNEL_ID, CANARY)
    await emil.commands("/vidsyn", CANARY)
    await slack.admin.changes_user("UEMIL", real_name="Emil Navnefugl Eriksen")
    await emil.sends_file(f"{CANARY}.txt", CANARY)
    body = json.dumps({"type": "event_callback", "event": {"type": "message", "text": CANARY}}).encode()
    for raw, signed in (
        (body, False),
        (body, True),
        (body[:-5], True),
        (CANARY.encode(), True),
        (b"\xff" + body, True),
    ):
        await slack.post_raw(raw, sign=signed)
        await slack.post_raw(b"payload=" + raw, "application/x-www-form-urlencoded", sign=signed)
    faults = (Http(500), DROP_AFTER, Garbage(CANARY), Refusal(CANARY), Refusal("invalid_blocks"))
    for method in ("chat.postMessage", "views.publish", "chat.postEphemeral", "users.info", "conversations.history"):
        slack.fail_next(method, *faults)
    for n in range(6):
        await emil.types(f"{CANARY} igen {n}")
        await emil.opens_home()
        await here.play.settle()
    slack.faults.waiting.clear()
    store = await here.troubled()
    store.away = True
    await emil.types(CANARY)
    await emil.presses(emil.last, emil.last.labels()[0]) if emil.last.labels() else None
    store.away = False
    await slack.retry_due()
    await here.play.settle()


async def test_s21_no_word_no_name_and_no_token_is_in_any_log_or_file(heard: Heard, tmp_path: Path) -> None:
    async with at("debrief", url=f"sqlite:///{tmp_path}/slack.db") as here:
        await here.emil.says("opsamling")
        await misfortunes(here)
        tokens = {here.play.bot_token, here.play.app_token, SECRET, *here.slack.tokens}
        triggers = set(here.slack.triggers)
        in_files = {word for word in WORDS | tokens if found(tmp_path, word)}
        assert found(tmp_path, "Sundby Kommune"), "what is no secret is seen by this way of looking"
    text = heard.text()
    assert "slack_not_kept" in text, "something was logged at all"
    assert not in_files
    assert not {word for word in WORDS | NAMES | tokens | triggers if word in text}
