"""What people write is theirs: it is not in the files, in the logs, in notifications, or left in the chat."""

from __future__ import annotations

import asyncio
import base64
import logging
import signal
import stat
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.channel import Address, Channel, Hold, Incoming, Outcome, Outgoing, Reply
from bot.channels.web.channel import WebChannel
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.moment import Moment, Told
from bot.opening import open_store
from bot.script import Due, House, Script
from bot.settings import Settings
from bot.stage import CHANNEL, TENANT
from bot.tick import Ticker
from bot.turns import people
from bot.turns.house import house as build_house
from dialogs.catalogue import DIALOGS
from dialogs.model import Raw, Visibility
from storage.records import PersonRow, PromptRow, new_id
from storage.store import Work
from tests.conftest import ROOT
from tests.running.story import MONDAY, Story, exchange_id, plainly
from tests.running.telling import CANARY, END, START, canary
from tests.stage.play import WORDS, Play

NAMES = ("Hanne", "Emil", "Lone", "Vera", "Eriksen", "Lund", "Vang")
PRIVATE = {
    ask.key
    for dialog in DIALOGS.values()
    for ask in dialog.asks
    if ask.visibility in (Visibility.PRIVATE, Visibility.SHARED_ON_REQUEST)
}


@dataclass
class Listening:
    """The playground's channel, and everything that went through it."""

    inner: WebChannel
    sent: list[Outgoing] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.inner.name

    @name.setter
    def name(self, name: str) -> None:
        self.inner.name = name

    @property
    def abreast(self) -> int:
        return self.inner.abreast

    @abreast.setter
    def abreast(self, abreast: int) -> None:
        self.inner.abreast = abreast

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        self.sent.append(outgoing)
        return await self.inner.send(outgoing, now)

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        return await self.inner.find(outgoing)

    def heard(self) -> Sequence[Hold]:
        return self.inner.heard()

    def obey(self, holds: Sequence[Hold]) -> None:
        self.inner.obey(holds)


def listen(play: Play) -> Listening:
    """Hears everything that the house sends from now on."""
    listening = Listening(play.channel)
    channels: dict[str, Channel] = {listening.name: listening}
    play.delivery = Delivery(play.store, play.clock, channels)
    play.stage._delivery = play.delivery
    return listening


def found(folder: Path, words: str | bytes) -> list[str]:
    """The files in which the words stand in plain, and where."""
    sought = [words] if isinstance(words, bytes) else [words.encode(), words.encode("utf-16-le")]
    places = []
    for file in sorted(folder.iterdir()):
        held = file.read_bytes()
        places += [f"{file.name}: {held[at - 200 : at + 90]!r}" for one in sought if (at := held.find(one)) >= 0]
    return places


# In the files


@pytest.mark.parametrize("mode", ["sign.mode.match", "sign.mode.self"])
async def test_no_word_is_in_the_files(tmp_path: Path, mode: str) -> None:
    play = Play(MONDAY, f"sqlite:///{tmp_path}/secret.db")
    story = Story(play, canary)
    if mode == "sign.mode.match":
        await story.whole(START, END)
    else:
        await story.meet()
        await story.round_opens()
        await story.signs_up(mode)
        story.picks |= {"match.start": START.isoformat(), "match.end": END.isoformat(), "match.host": story.host.id}
        await story.hr.says("status")
        await story.presses(story.hr, "match")
        await story.answers_all(story.hr, "match")
        await story.answers_all(story.leader, "approve")
    await story.employee.says(f"{CANARY} skrevet frit i chatten")
    assert story.written
    assert found(tmp_path, CANARY) == []
    assert found(tmp_path, "Sundby Kommune")  # what is no secret is seen by this way of looking
    await play.close()
    assert found(tmp_path, CANARY) == []
    assert found(tmp_path, b"k" * 32) == []


@pytest.mark.parametrize("at", [120, 350, 600])
async def test_no_word_is_in_the_files_of_a_process_that_was_killed(tmp_path: Path, at: int) -> None:
    url = f"sqlite:///{tmp_path}/secret.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.running.telling", url, str(at), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert (tmp_path / "secret.db-wal").stat().st_size > 0
    assert found(tmp_path, CANARY) == []
    assert CANARY.encode() not in said
    again = Play(MONDAY, url)
    await again.delivery.recover()
    await again.conversation.catch_up()
    assert found(tmp_path, CANARY) == []
    await again.close()


def test_a25_only_the_owner_reads_key_and_database(tmp_path: Path) -> None:
    settings = Settings(vidsyn_data=tmp_path / "data", database_url="", vidsyn_master_keys="")
    store = open_store(settings)
    for name in ("master.key", "playground.db"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    key = base64.b64decode((tmp_path / "data" / "master.key").read_text().partition(":")[2])
    for name in ("playground.db", "playground.db-wal"):
        assert key not in (tmp_path / "data" / name).read_bytes()
    asyncio.run(store.close())


# National ID numbers

CPR = "070761-4285"
FORMS_OF_IT = (CPR, "0707614285", "070761 4285")


class Nothing(dict[str, Script]):
    """Fails whoever looks into it, so that what came in stays as it was written down."""

    def __contains__(self, key: object) -> bool:
        raise RuntimeError

    def __getitem__(self, key: str) -> Script:
        raise RuntimeError


@pytest.mark.parametrize("number", FORMS_OF_IT)
async def test_no_id_number_is_kept(story: Story, number: str) -> None:
    play = story.play
    await story.agreed(START, END)
    await story.employee.says("status")
    await story.presses(story.employee, "begin prep")
    broken = Conversation(play.store, WORDS, play.clock, House(Nothing(), {}, {}, people.welcome), lambda: None)
    sender = Address(CHANNEL, TENANT, story.employee.id)
    await broken.receive(Incoming(sender, "typed", "text", text=f"Borgeren {number} var her"))
    shown = await story.card(story.employee, "prep")
    assert shown is not None
    values: dict[str, Raw] = {"prep.ack": f"ja {number}", "odd": [f"{number}"]}
    button = next(button for button in shown[2].buttons if button.sends)
    for leave in ("", "mask"):
        incoming = Incoming(
            sender, f"form{leave}", "press", card=shown[1].id, button=button.id, values=dict(values),
            leave="mask" if leave else "",
        )  # fmt: skip
        reply = await broken.receive(incoming)
        assert bool(reply.identifiers) == (leave == "")

    def everything(work: Work) -> list[str]:
        rows = work.inbox.pending(100)
        assert len(rows) == 2
        return [row.payload for row in rows]

    kept = "\n".join(await play.store.run(everything))
    assert not any(form in kept for form in FORMS_OF_IT)


async def test_an_id_number_in_a_form_stops_it_before_anything_is_written(story: Story) -> None:
    before = await story.play.store.run(lambda work: work.inbox.pending(10))
    reply = await story.play.conversation.receive(
        Incoming(
            Address(CHANNEL, TENANT, story.employee.id), "e", "press", card="c", button="b", values={"a": f"om {CPR}"}
        )
    )
    assert reply.identifiers == ["a"]
    assert {offer.id for offer in reply.offers} == {"mask", "keep"}
    assert await story.play.store.run(lambda work: work.inbox.pending(10)) == before
    again = Incoming(Address(CHANNEL, TENANT, story.employee.id), "e", "text", text="hjælp")
    await story.play.conversation.receive(again)  # the event was not used up
    await story.play.delivery.deliver()
    assert len(await story.employee.messages()) == 2


# In the logs


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
    with capture_logs() as structured:
        yield Heard(structured, caplog, capfd)


def check(text: str, *ids: str) -> None:
    assert CANARY not in text
    assert not [name for name in NAMES if name in text]
    assert base64.b64encode(b"k" * 32).decode() not in text
    assert "kkkkkkkk" not in text


async def test_i4_no_word_and_no_name_is_in_any_log(heard: Heard) -> None:
    play = Play(MONDAY)
    story = Story(play, canary)
    await story.whole(START, END)
    await story.employee.says(f"{CANARY} i chatten")
    await play.close()
    check(heard.text())


async def test_i4_what_fails_is_logged_without_its_words(heard: Heard) -> None:
    play = Play(MONDAY)
    story = Story(play, canary)
    await story.meet()

    def press(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
        raise RuntimeError(f"{person} {incoming} {CANARY}")

    def tell(moment: Moment, row: PromptRow) -> Told:
        raise RuntimeError(f"{CANARY} {moment.person(row.recipient)}")

    house = build_house()
    broken = replace(
        house,
        presses={**house.presses, "help": press},
        prompts={**house.prompts, "probe": Due(tell=tell)},
        scripts={},
    )
    conversation = Conversation(play.store, WORDS, play.clock, broken, lambda: None)
    message, button = await story.button(story.employee, "help")
    sender = Address(CHANNEL, TENANT, story.employee.id)
    await conversation.receive(Incoming(sender, "1", "press", card=message.card, button=button.id, text=CANARY))
    row = PromptRow(new_id(), story.leader.id, "s", "probe", MONDAY.date(), play.clock.now())
    await play.store.run(lambda work: work.prompts.add(row))
    await play.store.run(lambda work: work.inbox.add("x", CHANNEL, "x", f'{{"sender": "{CANARY}"}}'))
    for _ in range(6):
        await conversation.catch_up()
        await Ticker(play.store, WORDS, play.clock, broken).tick()
    await play.close()
    assert {entry["event"] for entry in heard.structured} == {"turn_failed", "prompt_failed"}
    check(heard.text())


# In notifications, and in the chat


async def test_domain_t27_no_notification_says_what_somebody_wrote() -> None:
    play = Play(MONDAY)
    listening = listen(play)
    story = Story(play, canary)
    await story.whole(START, END)
    assert len(listening.sent) > 50
    for outgoing in listening.sent:
        preview = outgoing.message.preview
        assert preview
        if outgoing.to.place.startswith("#"):
            preview = preview.replace(canary("round.new.name"), "")  # a post of HR's, for everybody
        assert CANARY not in preview, outgoing
        assert not [name for name in NAMES if name in preview]
    await play.close()


def written_under(text: str, keys: set[str]) -> set[str]:
    """Those of the questions whose answers can be read in the text."""
    return {key for key in keys if f"{CANARY} i <{key}>" in text}


async def test_domain_t28_the_chat_holds_no_logbook_text_once_the_cards_are_answered() -> None:
    play = Play(MONDAY)
    story = Story(play, canary)
    await story.agreed(START, END)
    await story.prepares()
    while (at := await play.stage.next_event()) is not None and at.date() <= END + timedelta(days=10):
        await play.until(at)
        await story.answers_all(story.employee, "log")
        await story.answers_all(story.employee, "week")
        assert written_under(await story.employee.everything(), PRIVATE) == set()
    await story.debriefs()
    assert written_under(await story.employee.everything(), PRIVATE) == set()
    assert written_under(await story.host.everything(), PRIVATE) == set()
    await play.close()


async def test_domain_t28_nor_when_it_is_typed() -> None:
    play = Play(MONDAY)
    story = Story(play, canary)
    await story.agreed(START, END)
    await story.prepares()
    await play.until(datetime(2026, 6, 1, 14, tzinfo=MONDAY.tzinfo))
    await story.employee.says(f"{CANARY} til at begynde med")
    await story.employee.says("tilbage")
    for number in range(20):
        before = await story.card(story.employee, "log")
        if before is None:
            break
        await story.employee.says(f"{CANARY} nummer {number} i dag")
        if await story.card(story.employee, "log") == before:
            await story.employee.says("nej")  # it asked for no text
    assert await story.card(story.employee, "log") is None
    chat = await story.employee.everything()
    assert not [words for words in ("nummer", "til at begynde") if f"{CANARY} {words}" in chat]
    subject = await exchange_id(play)
    occasion = f"log:{date(2026, 6, 1).isoformat()}"
    kept = await play.store.run(lambda work: work.answers.of(story.employee.id, subject, occasion))
    assert any(CANARY in str(row.value) for row in kept)
    await play.close()


async def test_what_is_put_aside_shows_nothing_either(story: Story) -> None:
    story.writes = canary
    await story.agreed(START, END)
    await story.prepares()
    await story.play.until(datetime(2026, 6, 1, 14, tzinfo=MONDAY.tzinfo))
    way: tuple[Literal["pause"], Literal["fortsæt"]] = ("pause", "fortsæt")
    for words in way:
        await story.employee.says(words)
    assert written_under(await story.employee.everything(), PRIVATE) == set()


def test_what_people_write_here_can_be_told_apart() -> None:
    assert CANARY not in plainly("any")
    assert not any(CANARY in WORDS.text(language, "help.menu", {"contact": "HR"}) for language in ("da", "nb", "en"))
