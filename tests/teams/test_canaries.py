"""What people write at Teams, their names, and what opens the tenant: in no log, no reason, and no file in plain."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from structlog.typing import EventDict

from storage.tables import outbox
from tests.running.test_secrets import found
from tests.stage.scenes import EXPECT, GOAL, NOTES, PLACE, REASON, SHOW, SIGN, WHY, WISH
from tests.teams.fake import DROP_AFTER, DROP_BEFORE, T10, AcceptThen, Garbage, Refuse
from tests.teams.fake.faults import Fault
from tests.teams.here import Here, at
from tests.teams.stage import CAST
from tests.teams.trouble import troubled

CANARY = "Kanariefugl"
CPR = "070761-4285"
WORDS = {
    *(words["da"] for words in (EXPECT, GOAL, PLACE, REASON, SHOW, SIGN, WHY, WISH)),
    *(text for texts in NOTES["da"].values() for text in texts),
    CANARY, CPR, CPR.replace("-", ""),
}  # fmt: skip
NAMES = {part for name in CAST for part in (name, *name.split())} | {"Sundby", "Solsikken", "Navnefugl"}
FAULTS: tuple[Fault, ...] = (
    Refuse(400, f"{CANARY} om {CPR}"),
    AcceptThen(500),
    DROP_AFTER,
    DROP_BEFORE,
    Garbage(CANARY),
    T10["Throttled"],
    T10["503"],
)


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
    for name in ("botbuilder", "msrest", "msal", "urllib3", *logging.root.manager.loggerDict):
        if not name.startswith("sqlalchemy"):  # at DEBUG it prints whole rows, which nothing of ours can turn on
            caplog.set_level(logging.DEBUG, logger=name)
    with capture_logs() as structured:
        yield Heard(structured, caplog, capfd)


async def writes(here: Here) -> None:
    """Words of every kind: typed, before others, pressed, filled in, malformed, and a name that changes."""
    emil = here.emil.there
    await emil.says(f"{CANARY} i chatten, og {CPR}")
    await emil.says_in(here.play.team.id, CANARY)
    await here.play.settle()
    typed = await emil.says(CANARY)
    await emil.edits(typed, f"{CANARY} rettet")
    data = {"vidsyn": {"card": CANARY, "button": CANARY}, "answer:prep.goal.1": f"{CANARY} {CPR}", "choice": CANARY}
    for raw in (
        {"type": "message", "value": data},
        {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"data": data}}},
        {"type": "invoke", "name": "task/fetch", "value": {"data": data}},
        {"type": "invoke", "name": "task/submit", "value": {"data": data}},
        {"type": "invoke", "name": CANARY, "value": {CANARY: CANARY}},
        {"type": CANARY, "text": CANARY},
        {"type": "event", "name": CANARY, "value": CANARY},
        {"type": "message", "text": CANARY, "attachments": [{"contentType": "text/html", "content": {CANARY: 1}}]},
        {"type": "message", "text": CANARY, "timestamp": CANARY, "entities": CANARY, "membersAdded": CANARY},
        {"type": "message", "text": {"deep": CANARY}},
        {"type": "message", "text": CANARY, "serviceUrl": "https://elsewhere.example/"},
    ):
        await emil.sends(raw)
    for body in (json.dumps({"type": "message", "text": CANARY}).encode(), CANARY.encode(), b"\xff" + CANARY.encode()):
        await here.teams.post_raw(body)
        await here.teams.post_raw(body, token="")
        await here.teams.post_raw(body, token=f"{CANARY}.{CANARY}.{CANARY}")
    emil.user.name = "Emil Navnefugl Eriksen"


async def misfortunes(here: Here) -> None:
    """Everything at once that is written down when it goes wrong, with words in it that nobody may find."""
    emil = here.emil.there
    await writes(here)
    for what in ("create", "user", "member", "team", "channels", "organization", "token"):
        here.teams.fail_next(what, *FAULTS)
    ida = here.teams.person(here.play.add_user("Ida Navnefugl", "Solsikken"))
    for n, fault in enumerate(FAULTS):
        await ida.says(f"{CANARY} igen {n}")
        await here.play.settle()
        here.teams.fail_next(emil.chat.id, fault)
        await emil.says(f"{CANARY} igen {n}")
        await here.play.until(here.play.clock.now() + timedelta(minutes=20))
    here.teams.faults.waiting.clear()
    store = await troubled(here)
    store.away = True
    await emil.says(CANARY)
    if emil.last.card and emil.buttons():
        await emil.presses(emil.last, emil.buttons()[0])
    store.away = False

    async def breaks() -> None:
        raise RuntimeError(f"{CANARY} {CPR}")

    store.before = breaks
    assert (await emil.says(CANARY)).answer.status == 503
    store.before = None
    await here.play.settle()


async def test_no_word_no_name_and_no_token_is_in_any_log_reason_notification_or_file(
    heard: Heard, tmp_path: Path
) -> None:
    async with at("debrief", url=f"sqlite:///{tmp_path}/teams.db") as here:
        await here.emil.says("opsamling")
        await misfortunes(here)
        signed = {it.headers["Authorization"].removeprefix("Bearer ") for it in here.teams.deliveries}
        secrets = {here.teams.app.secret, *here.teams.tokens.given, *signed}
        reasons = await here.play.store.run(lambda work: work.outbox._all(select(outbox.c.reason, outbox.c.state)))
        in_files = {word for word in WORDS | secrets if found(tmp_path, word)}
        summaries = {str(call.body.get("summary")) for call in here.teams.ledger.accepted}
        assert found(tmp_path, "Sundby Kommune"), "what is no secret is seen by this way of looking"
    assert {row["state"] for row in reasons} >= {"sent", "unknown", "refused"}
    told = repr([row["reason"] for row in reasons])
    said = "\n".join(summaries)
    text = heard.text()
    assert all(it in text for it in ("teams_not_kept", "teams_failed")), "something was logged at all"
    assert not in_files
    assert not {word for word in WORDS | NAMES | secrets if word in told}
    assert not {word for word in WORDS | secrets if word in said}
    assert not {word for word in WORDS | NAMES | secrets if word in text}
