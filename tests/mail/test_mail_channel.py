"""What becomes of a mail, said by a real server: sent, later, refused or unknown, and never sent twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channel import MESSAGE, Address, End, Hold, Message, Outgoing, Part
from bot.channels.mail.channel import GAP, TROUBLE, MailChannel, answered
from bot.channels.mail.settings import Mail
from bot.clock import StandingClock
from bot.delivery import Delivery
from storage.records import AddressRow, Organisation, OutboxState, PersonRow
from storage.store import Store, Work
from storage.vault import Vault
from tests.mail.conftest import Opens
from tests.mail.office import PASSWORD, SENDER, USER, Answers, PostOffice, certificate, texts

NOON = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
TEXT = "Hej Nora.\n\nDer ligger noget til dig på din egen side hos Sundby Kommune:\nhttps://vidsyn.example/you/abc"
SUBJECT = "Der ligger noget til dig hos Ærø Kommune"


def letter(id: str = "o1", place: str = "nora") -> Outgoing:
    message = Message((Part(SUBJECT, "title"), Part(TEXT)), SUBJECT, language="da")
    return Outgoing(id, Address("mail", "org", place), message)


@pytest.fixture
async def store() -> Any:
    store = Store.open("sqlite://", Vault({"test": b"k" * 32}, "test"))
    store.migrate()

    def unit(work: Work) -> None:
        work.people.add_organisation(Organisation("org", "Sundby Kommune", "DK", "Europe/Copenhagen", "da"))
        work.people.add(PersonRow("nora", "org", "Nora Nilsen", email="nora@nav.example"))
        work.people.add(PersonRow("left", "org", "Lis Lund", email="lis@nav.example", active=False))
        work.people.add(PersonRow("bare", "org", "Bo Berg"))
        work.people.add(PersonRow("odd", "org", "Odd Olsen", email="odd@nav.example>\r\nBcc: all@nav.example"))

    store.run_now(unit)
    yield store
    await store.close()


class Standing:
    """Seconds that pass only where somebody waits."""

    def __init__(self) -> None:
        self.at = 0.0
        self.paused: list[float] = []

    def now(self) -> float:
        return self.at

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


def channel(mail: Mail, store: Store, clock: Standing | None = None) -> MailChannel:
    clock = clock or Standing()
    return MailChannel(mail, store, clock.now, clock.pause)


# On its way


@pytest.mark.parametrize("secure", ["starttls", "tls", "none"])
async def test_a_mail_arrives_as_it_was_written(opens: Opens, store: Store, secure: str) -> None:
    office = await opens(secure=secure)
    outcome = await channel(office.mail(), store).send(letter(), NOON)
    assert (outcome.end, outcome.reference) == (End.SENT, "o1")
    (mail,), (text,) = office.taken, texts(office.taken)
    assert text.replace("\r\n", "\n").strip() == TEXT
    assert mail["Subject"] == SUBJECT
    assert mail["From"] == f"Jobbytte <{SENDER}>"
    assert mail["To"] == "nora@nav.example"
    assert office.envelopes == [(SENDER, ["nora@nav.example"])]
    assert office.encrypted == [secure != "none"]


async def test_the_headers_are_a_machines_and_follow_nobody(opens: Opens, store: Store) -> None:
    office = await opens()
    await channel(office.mail(), store).send(letter(), NOON)
    (mail,) = office.taken
    assert mail["Date"] == "Thu, 07 May 2026 10:00:00 +0000"
    assert mail["Message-ID"] == "<o1@sundby.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "da"
    assert mail.get_content_type() == "text/plain"
    named = {"from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress"}
    named |= {"content-language", "content-type", "content-transfer-encoding", "mime-version"}
    aiosmtpds_own = {"x-peer", "x-mailfrom", "x-rcptto"}
    assert {name.lower() for name in mail} - aiosmtpds_own == named


async def test_a_letter_is_never_handed_to_somebody_who_does_not_prove_who_it_is(
    opens: Opens, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await opens()
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path / "other")))
    outcome = await channel(office.mail(), store).send(letter(), NOON)
    assert (outcome.end, outcome.counts) == (End.LATER, False)
    assert office.taken == []


async def test_no_encryption_is_no_way_around(opens: Opens, store: Store) -> None:
    office = await opens(secure="none")
    outcome = await channel(office.mail(secure="starttls"), store).send(letter(), NOON)
    assert outcome.end is End.LATER
    assert office.taken == []


# What the server says

CODES: list[tuple[Answers, End]] = [
    ({"MAIL": "451 4.3.0 Later"}, End.LATER),
    ({"RCPT": "450 4.7.1 Greylisted"}, End.LATER),
    ({"RCPT": "452 4.2.2 Full"}, End.LATER),
    ({"RCPT": "550 5.1.1 No such user"}, End.REFUSED),
    ({"MAIL": "550 5.7.1 Not from you"}, End.REFUSED),
    ({"DATA": "451 4.3.0 Later"}, End.LATER),
    ({"DATA": "554 5.7.1 Spam"}, End.REFUSED),
]


@pytest.mark.parametrize(("answers", "end"), CODES)
async def test_four_means_later_and_five_means_no(opens: Opens, store: Store, answers: Answers, end: End) -> None:
    office = await opens(answers=dict(answers))
    outcome = await channel(office.mail(), store).send(letter(), NOON)
    (said,) = answers.values()
    assert (outcome.end, outcome.reason) == (end, f"smtp {said[:3]}"), "the server's own text is not kept"
    assert outcome.after > 0 or end is End.REFUSED
    assert office.taken == []


def test_a_code_that_is_neither_is_no_yes() -> None:
    assert answered(299).end is End.REFUSED


@pytest.mark.parametrize("place", ["bare", "left", "odd", "nobody"])
async def test_who_has_no_mail_address_gets_no_mail(opens: Opens, store: Store, place: str) -> None:
    office = await opens()
    outcome = await channel(office.mail(), store).send(letter(place=place), NOON)
    assert outcome.end is End.REFUSED
    assert office.came == 0


# What breaks


async def test_a_line_that_breaks_after_the_text_leaves_it_unknown(opens: Opens, store: Store) -> None:
    office = await opens(cuts="DATA")
    outcome = await channel(office.mail(), store).send(letter(), NOON)
    assert outcome.end is End.UNKNOWN
    assert len(office.taken) == 1


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
async def test_a_line_that_breaks_before_the_text_is_tried_again(opens: Opens, store: Store, stage: str) -> None:
    office, clock = await opens(cuts=stage), Standing()
    ours = channel(office.mail(), store, clock)
    assert (await ours.send(letter(), NOON)).end is End.LATER
    office.cuts = ""
    clock.at += TROUBLE
    assert (await ours.send(letter(), NOON)).end is End.SENT
    assert len(office.taken) == 1


async def test_what_is_not_ours_any_more_is_not_handed_in(opens: Opens, store: Store) -> None:
    office = await opens()
    outcome = await channel(office.mail(), store).send(replace(letter(), is_ours=lambda: False), NOON)
    assert (outcome.end, outcome.counts) == (End.LATER, False)
    assert office.taken == []


async def test_a_server_that_is_away_is_left_alone_longer_each_time_and_no_mail_is_lost(
    opens: Opens, store: Store
) -> None:
    office, clock = await opens(), Standing()
    await office.close()
    ours = channel(office.mail(), store, clock)
    first = await ours.send(letter(), NOON)
    assert (first.end, first.after, first.counts) == (End.LATER, TROUBLE, False)
    held = await ours.send(letter("o2"), NOON)
    assert (held.end, held.after, held.counts) == (End.LATER, TROUBLE, False), "nobody knocks in vain meanwhile"
    clock.at += TROUBLE
    assert (await ours.send(letter(), NOON)).after == 2 * TROUBLE


async def test_a_wrong_password_loses_no_mail(opens: Opens, store: Store) -> None:
    office = await opens()
    ours = channel(office.mail(password=SecretStr("forkert")), store)
    outcome = await ours.send(letter(), NOON)
    assert (outcome.end, outcome.counts) == (End.LATER, False)
    assert office.taken == []
    assert (await channel(office.mail(user=USER, password=SecretStr(PASSWORD)), store).send(letter(), NOON)).end is (
        End.SENT
    )


# In step


async def test_mails_keep_their_distance(opens: Opens, store: Store) -> None:
    office, clock = await opens(), Standing()
    ours = channel(office.mail(), store, clock)
    for n in range(3):
        assert (await ours.send(letter(f"o{n}"), NOON)).end is End.SENT
    assert clock.paused == [0.0, GAP, GAP]
    assert ours.abreast == 1


async def test_other_processes_leave_the_server_alone_too(opens: Opens, store: Store) -> None:
    office = await opens()
    await office.close()
    ours, theirs = channel(office.mail(), store), channel(office.mail(), store)
    await ours.send(letter(), NOON)
    (hold,) = ours.heard()
    assert hold == Hold("org", "smtp", TROUBLE)
    assert list(ours.heard()) == []
    theirs.obey([hold])
    assert (await theirs.send(letter(), NOON)).reason == "server left alone"


# Never twice


async def queued(store: Store) -> str:
    to = AddressRow("mail", "org", "nora")
    payload = MESSAGE.dump_json(letter().message).decode()
    row = await store.run(lambda work: work.outbox.add(to, payload, "mail", "nora", not_before=NOON))
    return row.id


async def state(store: Store, id: str) -> OutboxState:
    return (await store.run(lambda work: work.outbox.get(id))).state


def delivery(store: Store, office: PostOffice, clock: StandingClock) -> Delivery:
    return Delivery(store, clock, {"mail": channel(office.mail(), store)})


async def test_a_mail_whose_end_nobody_knows_is_never_sent_again(opens: Opens, store: Store) -> None:
    office, clock = await opens(cuts="DATA"), StandingClock(NOON)
    id = await queued(store)
    await delivery(store, office, clock).deliver()
    office.cuts = ""
    for _ in range(3):
        clock.move_to(clock.now() + timedelta(days=1))
        again = delivery(store, office, clock)
        await again.recover()
        await again.deliver()
    assert await state(store, id) is OutboxState.UNKNOWN
    assert len(office.taken) == 1


async def test_a_process_that_dies_with_a_mail_in_hand_sends_it_no_second_time(opens: Opens, store: Store) -> None:
    office, clock = await opens(), StandingClock(NOON)
    id = await queued(store)

    class Dies(BaseException):
        """What ends a process."""

    ours = channel(office.mail(), store)
    send = ours.send

    async def sends_and_dies(outgoing: Outgoing, now: datetime) -> Any:
        await send(outgoing, now)
        raise Dies

    ours.send = sends_and_dies  # type: ignore[method-assign]
    with pytest.raises(Dies):
        await Delivery(store, clock, {"mail": ours}).deliver()
    assert len(office.taken) == 1
    clock.move_to(NOON + timedelta(hours=1))
    after = delivery(store, office, clock)
    await after.recover()
    await after.deliver()
    clock.move_to(NOON + timedelta(days=2))
    await after.recover()
    await after.deliver()
    assert len(office.taken) == 1
    assert await state(store, id) is OutboxState.UNKNOWN


async def test_a_mail_put_off_goes_later(opens: Opens, store: Store) -> None:
    office, clock = await opens(answers={"RCPT": "450 4.7.1 Greylisted"}), StandingClock(NOON)
    id = await queued(store)
    await delivery(store, office, clock).deliver()
    assert await state(store, id) is OutboxState.PENDING
    office.answers.clear()
    clock.move_to(NOON + timedelta(minutes=10))
    await delivery(store, office, clock).deliver()
    assert await state(store, id) is OutboxState.SENT
    assert len(office.taken) == 1
