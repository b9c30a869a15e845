"""What becomes of a message, row by row of the table (T10), and that it never comes twice (T11)."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.channel import Message, Part
from bot.delivery import MOST_TRIES
from storage.records import OutboxState
from tests.slack.office import FOUR
from tests.teams.fake.faults import DROP_AFTER, DROP_BEFORE, T10, Fault, Garbage, Refuse
from tests.teams.fake.things import User
from tests.teams.office import Office, open_office, said
from tests.teams.test_calls import LOSSES

SENT, REFUSED, PENDING, UNKNOWN = OutboxState.SENT, OutboxState.REFUSED, OutboxState.PENDING, OutboxState.UNKNOWN
SECRET = "Hemmelig tanke om chefen"


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office


@pytest.fixture
async def vera(office: Office) -> User:
    """She has the app and has said so."""
    return await office.meet("Vera Holm")


TABLE = {
    # row: what becomes of a new message, of a change, and of a message to somebody whose chat must be made first;
    # each after Teams has failed once
    "BadSyntax": (REFUSED, SENT, REFUSED),
    "BotNotRegistered": (REFUSED, REFUSED, REFUSED),
    "BotNotInConversationRoster": (PENDING, SENT, PENDING),
    "ForbiddenOperationException": (PENDING, SENT, PENDING),
    "ConversationBlockedByUser": (REFUSED, SENT, REFUSED),
    "BotDisabledByAdmin": (REFUSED, SENT, REFUSED),
    "MessageWritesBlocked": (REFUSED, SENT, REFUSED),
    "InvalidBotApiHost": (REFUSED, SENT, REFUSED),
    "ConversationNotFound": (SENT, SENT, SENT),
    "ActivityNotFoundInConversation": (REFUSED, SENT, REFUSED),
    "PreconditionFailed": (SENT, SENT, SENT),
    "MessageSizeTooBig": (REFUSED, REFUSED, REFUSED),
    "Throttled": (SENT, SENT, SENT),
    "Throttled after": (SENT, SENT, SENT),
    "500": (UNKNOWN, REFUSED, REFUSED),
    "502": (UNKNOWN, SENT, SENT),
    "503": (UNKNOWN, SENT, SENT),
    "504": (UNKNOWN, SENT, SENT),
}


async def after(office: Office, id: str) -> OutboxState:
    """What has become of the message an hour later."""
    for minute in range(0, 61, 2):
        office.time.clock.move_to(FOUR + timedelta(minutes=minute))
        await office.delivery.deliver()
    return (await office.row(id)).state


@pytest.mark.parametrize("row", T10)
async def test_t10_row_of_a_new_message(office: Office, vera: User, row: str) -> None:
    office.teams.fail_next("send", T10[row])
    id = await office.queue(vera)
    state = await after(office, id)
    assert (state, len(office.posts(vera))) == (TABLE[row][0], int(state == SENT))
    assert office.teams.ledger.count("send") == 1 + (state == SENT), "tried again only where the table says so"


@pytest.mark.parametrize("row", T10)
async def test_t10_row_of_a_change(office: Office, vera: User, row: str) -> None:
    first = await office.send(vera, "Spørgsmål")
    office.teams.fail_next("update", T10[row])
    id = await office.queue(vera, "Svaret", replaces=first.id)
    state = await after(office, id)
    assert state == TABLE[row][1]
    assert [said(post) for post in office.posts(vera)].count("Svaret") == int(state == SENT)


@pytest.mark.parametrize("row", T10)
async def test_t10_row_of_a_new_chat(office: Office, row: str) -> None:
    leo = office.teams.add_user("Leo Dahl", installed=True)
    office.teams.fail_next("create", T10[row])
    id = await office.queue(leo)
    state = await after(office, id)
    assert (state, len(office.posts(leo))) == (TABLE[row][2], int(state == SENT))


@pytest.mark.parametrize("row", ["PreconditionFailed", "503"])
async def test_t10_what_may_be_tried_again_is_tried_a_few_times(office: Office, vera: User, row: str) -> None:
    first = await office.send(vera, "Spørgsmål")
    office.teams.fail_always("update", T10[row])
    id = await office.queue(vera, "Svaret", replaces=first.id)
    await office.run_until_empty(7200)
    assert ((await office.row(id)).state, office.teams.ledger.count("update")) == (REFUSED, MOST_TRIES)
    assert office.time.now() > 60, "and not all at once"


# Lost


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("where", ["person", "channel"])
async def test_t11_what_may_have_come_is_unknown_and_never_comes_twice(office: Office, loss: str, where: str) -> None:
    hasty = office.again(patience=0.3)
    person = where == "person"
    to = await hasty.meet("Leo Dahl") if person else (await hasty.join("Nordby", "Jobbytte")).id
    office.teams.fail_next("send" if person else "create", LOSSES[loss]())
    id = await hasty.queue(to)
    await hasty.run_until_empty(600)
    assert (await office.row(id)).state == UNKNOWN
    assert len(office.posts(to)) <= 1
    assert (await office.send(to, "Det næste")).state == SENT, "and what comes after it goes"


@pytest.mark.parametrize("loss", LOSSES)
async def test_t11_a_change_whose_answer_was_lost_is_made(office: Office, vera: User, loss: str) -> None:
    hasty = office.again(patience=0.3)
    first = await hasty.send(vera, "Opslag")
    office.teams.fail_next("update", LOSSES[loss]())
    id = await hasty.queue(vera, "Lukket", replaces=first.id)
    await hasty.run_until_empty(600)
    assert (await office.row(id)).state == (REFUSED if loss == "500" else SENT)
    assert [said(post) for post in office.posts(vera)] == ["Lukket"]


async def test_t11_an_answer_that_names_no_message_is_unknown(office: Office, vera: User) -> None:
    office.teams.fail_next("send", Garbage("{}"))
    row = await office.send(vera)
    assert (row.state, row.reason) == (UNKNOWN, "no_reference")


@pytest.mark.parametrize("fault", [T10["503"], T10["502"], DROP_AFTER, DROP_BEFORE], ids=repr)
async def test_t11_while_teams_is_ill_nothing_more_is_risked(office: Office, fault: Fault) -> None:
    """After the first message that was lost, something that may get lost goes ahead of the others."""
    people = [await office.meet(f"Person {n}") for n in range(40)]
    due = [await office.queue(person) for person in people]
    office.teams.fail_always("send", fault)
    office.teams.fail_always("member", fault)
    running = asyncio.create_task(office.run_until_empty(7200))
    while office.time.now() < 1200 and not running.done():
        await asyncio.wait({running}, timeout=0.01)
    lost = office.teams.ledger.count("send")
    assert lost <= 3, "those that were on their way together"
    assert 3 < office.teams.ledger.count("member") < 20, "and it is left alone for longer each time"
    for what in ("send", "member"):
        office.teams.fail_always(what, None)
    await running
    assert Counter([(await office.row(id)).state for id in due]) == {SENT: 40 - lost, UNKNOWN: lost}
    posts = [len(office.posts(person)) for person in people]
    assert (max(posts), sum(posts) >= 40 - lost) == (1, True)


async def test_t11_a_channel_is_knocked_at_too(office: Office) -> None:
    jobs = await office.join("Nordby", "Jobbytte")
    office.teams.fail_next("create", T10["503"])
    office.teams.fail_next("members", T10["503"])
    assert (await office.send(jobs.id, "Tabt")).state == UNKNOWN
    await office.queue(jobs.id, "Opslag")
    await office.run_until_empty(300)
    assert [said(post) for post in office.posts(jobs.id)] == ["Opslag"]
    assert office.teams.ledger.count("members") == 2


# Our own side


async def test_f9_what_never_left_goes_once_teams_is_reached(office: Office, vera: User) -> None:
    """However long it takes, it is not the message's fault."""
    await office.change(vera, service="http://127.0.0.1:9/teams/")
    cut_off = office.again(
        patience=2, hosts=frozenset({"127.0.0.1:9"}), near=frozenset({"127.0.0.1:9", office.teams.host})
    )
    id = await cut_off.queue(vera)
    for hour in range(MOST_TRIES + 2):
        office.time.clock.move_to(FOUR + timedelta(hours=hour))
        await cut_off.delivery.deliver()
    assert (await office.row(id)).state == PENDING
    await office.change(vera, service=office.teams.service_url)
    await office.again().run_until_empty(900)
    assert ((await office.row(id)).state, len(office.posts(vera))) == (SENT, 1)


async def test_while_our_secret_is_refused_messages_wait_for_a_new_one(office: Office, vera: User) -> None:
    wrong = office.again(secret=SecretStr("a secret that has run out"))
    id = await wrong.queue(vera)
    for hour in range(MOST_TRIES + 2):
        office.time.clock.move_to(FOUR + timedelta(hours=hour))
        await wrong.delivery.deliver()
    row = await office.row(id)
    assert (row.state, office.teams.ledger.count("send")) == (PENDING, 0)
    await office.again().run_until_empty(3600)
    assert (await office.row(id)).state == SENT


async def test_a_redirect_is_refused(office: Office, vera: User) -> None:
    office.teams.fail_next("send", Refuse(302))
    row = await office.send(vera)
    assert (row.state, row.reason) == (REFUSED, "http_302")


@pytest.mark.parametrize(
    "fault", [DROP_AFTER, Garbage(SECRET), Refuse(400, SECRET), T10["503"], T10["Throttled"]], ids=repr
)
async def test_no_words_no_token_and_no_name_in_any_log_or_reason(
    office: Office, vera: User, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for what in ("send", "update", "create", "member"):
        office.teams.fail_next(what, fault, fault)
    with capture_logs() as logged:
        first = await office.queue(vera, Message((Part(SECRET, "own"),), "Ny besked"))
        await office.delivery.deliver()
        await office.send(vera, SECRET, replaces=first)
        leo = office.teams.add_user("Leo Dahl", installed=True)
        second = await office.send(leo, SECRET)
    seen = repr(logged) + caplog.text + (await office.row(first)).reason + second.reason
    for hidden in (SECRET, "Vera", "Leo", vera.aad, *office.teams.tokens.given):
        assert hidden not in seen
