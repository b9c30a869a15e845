"""What goes out: posted, changed, split, with files; and what of it is found again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.channel import Address, Button, Choice, End, Field, File, Message, Outcome, Outgoing, Part
from bot.channels.slack.people import members_of
from bot.papers.paper import PDF, WORD, as_file
from storage.records import AddressRow, Organisation, OutboxState, PersonRow
from storage.store import Work
from tests.papers.samples import PAPER
from tests.slack.fake import Message as Said
from tests.slack.fake.faults import DROP_AFTER, DROP_BEFORE, FINE, Fault, Http, Limited, Refusal
from tests.slack.office import FOUR, Office, open_office

SENT, REFUSED, PENDING = OutboxState.SENT, OutboxState.REFUSED, OutboxState.PENDING
YES = Button("yes", "Ja", main=True, choice=True)
LONG = Message(
    tuple(Part(f"Afsnit {n}. " + "Noget at læse om. " * 60) for n in range(30)), "Ny besked", card="c1", buttons=(YES,)
)
FILE = File("mine-data.json", "application/json", '{"æ": 1}')
WITH_FILE = Message((Part("Her er dine data."),), "Dine data", files=(FILE,))


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office


def ids(office: Office) -> list[tuple[str, int]]:
    """Outgoing and part of every post, in order."""
    payloads = [(posted.metadata or {})["event_payload"] for posted in office.slack.ledger.posted]
    return [(payload["id"], payload.get("part", 0)) for payload in payloads]


def asked(office: Office, method: str) -> list[dict[str, object]]:
    """The arguments of every call of the method."""
    return [call.arguments for call in office.slack.ledger.calls if call.method == method]


# Posting


async def test_a_message_to_a_person_opens_their_conversation(office: Office) -> None:
    row = await office.send("UVERA", Message((Part("Kære Vera: <!channel>"),), "Ny besked", card="c1", buttons=(YES,)))
    (posted,) = office.slack.ledger.posted
    assert row.state == SENT
    assert row.reference == f"{posted.channel}:{posted.ts}"
    assert (posted.kind, posted.user, posted.text, posted.unfurls) == ("im", "UVERA", "Ny besked", False)
    assert posted.metadata == {"event_type": "vidsyn", "event_payload": {"id": row.id}}


async def test_s13_the_workspace_is_named_in_every_call(office: Office) -> None:
    row = await office.send("CJOB", LONG)
    await office.send("CJOB", "nyt", replaces=row.id)
    await office.send("UVERA", WITH_FILE)
    calls = [call for call in office.slack.ledger.calls if call.method != "auth.test"]
    assert {call.arguments.get("team_id") for call in calls} == {"T1"}
    assert {"chat.postMessage", "chat.update", "conversations.history", "files.completeUploadExternal"} <= {
        call.method for call in calls
    }


async def test_nothing_unfurls_in_a_channel(office: Office) -> None:
    await office.send("CJOB", "Se https://example.org")
    (posted,) = office.slack.ledger.posted
    assert (posted.channel, posted.unfurls) == ("CJOB", False)


async def test_a_thread_stays_a_thread(office: Office) -> None:
    post = await office.send("CJOB", "Opslag")
    office.time.clock.move_to(FOUR + timedelta(seconds=5))
    answer = await office.send("CJOB", "Svar", thread=post.id)
    assert office.slack.ledger.posted[1].thread == post.reference.split(":")[1]
    assert (await office.channel.find(await office.outgoing(answer))) == Outcome(End.SENT, answer.reference)


async def test_a_thread_that_is_gone_is_no_reason_to_say_nothing(office: Office) -> None:
    post = await office.send("CJOB", "Opslag")
    office.slack.fail_next("chat.postMessage", Refusal("thread_not_found"))
    assert (await office.send("CJOB", "Svar", thread=post.id)).state == SENT
    assert office.slack.ledger.posted[-1].thread == ""


async def test_people_are_preselected_by_their_slack_id(office: Office) -> None:
    def meet(work: Work) -> None:
        work.people.add_organisation(Organisation("o1", "Nordby", "DK", "Europe/Copenhagen", "da"))
        work.people.add(PersonRow("p1", "o1", "Leo Dahl"))
        work.people.link("p1", AddressRow("teams", "T1", "elsewhere"))
        work.people.link("p1", AddressRow("slack", "T2", "UOTHER"))
        work.people.link("p1", AddressRow("slack", "T1", "ULEO"))

    await office.store.run(meet)
    assert await office.store.run(lambda work: members_of(work, "T1", ["p1", "nobody"])) == {"p1": "ULEO"}
    field = Field("leader", "person", "Hvem er din leder?", chosen=("p1",), choices=(Choice("p1", "Leo"),))
    send = Button("send", "Send", sends=True)
    await office.send("UVERA", Message((), "Ny besked", card="c", fields=(field,), buttons=(send,)))
    assert "'initial_user': 'ULEO'" in repr(office.slack.ledger.posted[0].blocks)


# Changing


async def test_a_message_takes_the_place_of_another(office: Office) -> None:
    first = await office.send("UVERA", "Spørgsmål")
    second = await office.send("UVERA", "Svaret", replaces=first.id)
    third = await office.send("UVERA", "Rettet", replaces=second.id)
    assert first.reference == second.reference == third.reference
    (message,) = office.slack.messages("UVERA")
    assert (message.words(), len(office.slack.ledger.posted)) == ("Rettet", 1)
    assert (message.metadata or {})["event_payload"] == {"id": third.id}


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_what_cannot_be_changed_is_said_anew(office: Office, error: str) -> None:
    first = await office.send("UVERA", "Spørgsmål")
    office.slack.fail_next("chat.update", Refusal(error))
    office.time.clock.move_to(FOUR + timedelta(seconds=5))
    second = await office.send("UVERA", "Svaret", replaces=first.id)
    assert second.state == SENT
    assert second.reference != first.reference
    assert [message.words() for message in office.slack.messages("UVERA")] == ["Spørgsmål", "Svaret"]
    assert await office.channel.find(await office.outgoing(second)) == Outcome(End.SENT, second.reference)


async def test_what_replaces_nothing_that_was_sent_is_posted(office: Office) -> None:
    office.slack.fail_next("chat.postMessage", Refusal("is_archived"))
    first = await office.send("UVERA", "Spørgsmål")
    assert first.state == REFUSED
    assert (await office.send("UVERA", "Svaret", replaces=first.id)).state == SENT


# In several posts


async def test_a_long_message_is_several_posts_and_its_buttons_are_in_the_last(office: Office) -> None:
    row = await office.send("UVERA", LONG)
    posts = office.slack.ledger.posted
    assert len(posts) > 2
    assert ids(office) == [(row.id, part) for part in range(len(posts))]
    assert row.reference == f"{posts[-1].channel}:{posts[-1].ts}"
    buttons = [sum(block["type"] == "actions" for block in posted.blocks) for posted in posts]
    assert buttons == [0] * (len(posts) - 1) + [1]
    assert all((later.at - earlier.at).total_seconds() >= 1 for earlier, later in pairwise(posts))


@pytest.mark.parametrize("failing", [0, 1, 2])
@pytest.mark.parametrize("fault", [DROP_BEFORE, DROP_AFTER, Http(500), Limited("40"), Refusal("service_unavailable")])
@pytest.mark.parametrize("restarts", [True, False])
async def test_f2_no_part_is_said_twice_whatever_breaks(
    office: Office, failing: int, fault: Fault, restarts: bool
) -> None:
    office.slack.fail_next("chat.postMessage", *[FINE] * failing, fault)
    id = await office.queue("UVERA", LONG)
    await office.delivery.deliver()
    living = office.again() if restarts else office
    await living.run_until_empty(400)
    parts = [part for _, part in ids(office)]
    assert (await office.row(id)).state == SENT
    assert parts == list(range(len(parts)))
    assert len(parts) > 2


# Files


async def test_a_file_is_shown_below_its_message(office: Office) -> None:
    row = await office.send("UVERA", WITH_FILE)
    (posted,), (shared,) = office.slack.ledger.posted, office.slack.ledger.files
    assert (row.state, row.reference) == (SENT, f"{posted.channel}:{posted.ts}")
    assert (shared.user, shared.name, shared.title, shared.content) == (
        "UVERA", "mine-data.json", "mine-data.json", '{"æ": 1}'.encode(),
    )  # fmt: skip
    assert office.slack.ledger.entries == [posted, shared]


@pytest.mark.parametrize(("kind", "begins"), [(PDF, b"%PDF-"), (WORD, b"PK")])
async def test_a_document_is_drawn_on_its_way(office: Office, kind: str, begins: bytes) -> None:
    file = as_file(PAPER, kind)
    await office.send("UVERA", replace(WITH_FILE, files=(file,)))
    (shared,) = office.slack.ledger.files
    assert (shared.name, shared.content[: len(begins)]) == (file.name, begins)
    assert shared.name.startswith("Emil Eriksen Mål og udbytte.")


async def test_a_document_that_cannot_be_drawn_is_set_aside_and_nothing_is_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.papers.pdf._set", lambda *_: 1 / 0)
    row = await office.send("UVERA", replace(WITH_FILE, files=(as_file(PAPER, PDF),)))
    assert (row.state, row.reason) == (REFUSED, "cannot be drawn: ZeroDivisionError")
    assert not office.slack.ledger.posted


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "chat.postMessage", "files.completeUploadExternal"])
@pytest.mark.parametrize("fault", [DROP_BEFORE, DROP_AFTER, Http(503), Limited("20"), Refusal("service_unavailable")])
async def test_f2_a_file_comes_once_whatever_breaks(office: Office, method: str, fault: Fault) -> None:
    office.slack.fail_next(method, fault)
    id = await office.queue("UVERA", WITH_FILE)
    await office.run_until_empty(300)
    assert (await office.row(id)).state == SENT
    assert (len(office.slack.ledger.posted), len(office.slack.ledger.files)) == (1, 1)


async def test_f2_an_earlier_file_of_that_name_is_not_taken_for_this_one(office: Office) -> None:
    await office.send("UVERA", WITH_FILE)
    office.time.clock.move_to(FOUR + timedelta(minutes=5))
    office.slack.fail_next("files.completeUploadExternal", DROP_BEFORE)
    await office.queue("UVERA", WITH_FILE)
    await office.run_until_empty(300)
    assert len(office.slack.ledger.files) == 2


@pytest.mark.parametrize("message", [LONG, WITH_FILE])
async def test_f2_what_stands_there_already_is_not_sent_again(office: Office, message: Message) -> None:
    """As when Slack was so slow that we took it for lost."""
    row = await office.send("UVERA", message)
    before = list(office.slack.ledger.entries)
    again = await office.channel.send(await office.outgoing(row), office.time.clock.now())
    assert again == Outcome(End.SENT, reference=row.reference)
    assert office.slack.ledger.entries == before


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "conversations.open", "conversations.history"])
async def test_f7_waiting_to_prepare_a_message_is_no_try(office: Office, method: str) -> None:
    office.slack.fail_next(method, *[Limited("10")] * 20)
    id = await office.queue("UVERA", WITH_FILE)
    await office.run_until_empty(1000)
    assert (await office.row(id)).state == SENT


async def test_a_file_goes_to_no_strange_host(office: Office) -> None:
    slack = office.slack
    slack.base_url = slack.base_url.replace("127.0.0.1", "localhost")
    other = office.again()  # the fake gives out its own address as Slack's: another name is another host
    slack.base_url = slack.base_url.replace("localhost", "127.0.0.1")
    row = await other.send("UVERA", WITH_FILE)
    assert (row.state, row.reason) == (REFUSED, "not_slack")
    assert slack.ledger.entries == []


# Finding


def copy_of(outgoing: Outgoing, id: str) -> Outgoing:
    return replace(outgoing, id=id)


async def test_f2_find_says_what_stands_in_slack(office: Office) -> None:
    row = await office.send("CJOB", "Opslag")
    outgoing = await office.outgoing(row)
    assert await office.channel.find(outgoing) == Outcome(End.SENT, reference=row.reference)
    never = await office.channel.find(copy_of(outgoing, "another"))
    assert never is not None
    assert never.end is End.REFUSED


async def test_f2_find_in_a_conversation_of_two(office: Office) -> None:
    row = await office.send("ULEO", "Hej")
    outgoing = await office.outgoing(row)
    assert await office.channel.find(outgoing) == Outcome(End.SENT, reference=row.reference)
    elsewhere = replace(outgoing, to=Address("slack", "T1", "UVERA"))
    assert (await office.channel.find(elsewhere) or Outcome(End.UNKNOWN)).end is End.REFUSED


@pytest.mark.parametrize("others", [99, 250, 299, 300])
async def test_f2_find_looks_back_as_far_as_is_sensible(office: Office, others: int) -> None:
    office.slack.limits.off = True
    row = await office.send("CJOB", "Opslag")
    for n in range(others):
        office.slack.said["CJOB"].append(Said("CJOB", office.slack.new_ts(), "UVERA", f"{n}", from_bot=False))
    found = await office.channel.find(await office.outgoing(row))
    assert found == (Outcome(End.SENT, reference=row.reference) if others < 300 else None)


@pytest.mark.parametrize("fault", [Http(503), Limited("30"), DROP_AFTER, Refusal("fatal_error")])
@pytest.mark.parametrize("method", ["conversations.open", "conversations.history"])
async def test_f2_find_does_not_guess(office: Office, fault: Fault, method: str) -> None:
    row = await office.send("UVERA", "Hej")
    office.slack.fail_next(method, fault, fault)  # reading is tried twice by the HTTP library
    found = await office.channel.find(await office.outgoing(row))
    assert found == Outcome(End.LATER)


@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel", "channel_not_found", "token_revoked"])
async def test_f2_find_says_when_it_never_will(office: Office, error: str) -> None:
    row = await office.send("CJOB", "Opslag")
    office.slack.fail_next("conversations.history", Refusal(error))
    assert await office.channel.find(await office.outgoing(row)) is None


async def test_f2_find_knows_whether_a_message_was_changed(office: Office) -> None:
    first = await office.send("CJOB", "Opslag")
    change = await office.send("CJOB", "Lukket", replaces=first.id)
    outgoing = await office.outgoing(change)
    assert await office.channel.find(outgoing) == Outcome(End.SENT, reference=first.reference)
    again = await office.channel.find(copy_of(outgoing, "a later change"))
    assert again is not None
    assert again.end is End.REFUSED
