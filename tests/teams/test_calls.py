"""What an answer means: row by row of the table (T10), and what may have been done without an answer (T11)."""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.channels.retry_after import LONGEST_WAIT, retry_after
from bot.channels.teams.calls import Answer, Calls, Fate
from bot.channels.teams.hosts import Hosts
from bot.channels.teams.login import Login
from bot.clock import StandingClock
from tests.teams.fake import FakeTeams
from tests.teams.fake.faults import DROP_AFTER, DROP_BEFORE, T10, AcceptThen, Fault, Garbage, Hang, Redirect, Refuse
from tests.teams.ours import calls, settings
from tests.teams.test_hosts import Names

NOON = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
SECRET = "Hemmelig tanke om chefen"
HELLO = {"type": "message", "text": "Hej", "summary": "Ny besked"}


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOON)


@pytest.fixture
async def fake(clock: StandingClock) -> AsyncIterator[FakeTeams]:
    async with FakeTeams(clock) as fake:
        fake.install(fake.add_user("Vera Holm"))
        yield fake


def chat(fake: FakeTeams) -> str:
    """Where the chat with Vera is."""
    (user,) = fake.users.values()
    return f"{fake.service_url}v3/conversations/{fake.personal(user).id}/activities"


async def post(fake: FakeTeams, ours: Calls | None = None) -> Answer:
    """Posts a message to Vera."""
    return await (ours or calls(fake)).ask("POST", chat(fake), body=HELLO)


async def change(fake: FakeTeams, ours: Calls | None = None) -> Answer:
    """Changes a message of Vera's."""
    first = await post(fake)
    return await (ours or calls(fake)).ask("PUT", f"{chat(fake)}/{first.text('id')}", body=HELLO)


async def test_a_message_arrives(fake: FakeTeams) -> None:
    answer = await post(fake)
    (posted,) = fake.ledger.accepted
    assert (answer.fate, answer.status, answer.text("id")) == (Fate.DONE, 201, posted.reference)
    assert answer.text("id", "x") == answer.text("nothing") == ""


async def test_anonymous_calls_carry_no_token(fake: FakeTeams) -> None:
    assert (await post(fake, calls(fake, kind="Anonymous"))).status == 401


async def test_graph_is_asked_with_its_own_token(fake: FakeTeams) -> None:
    (user,) = fake.users.values()
    fake.consent.add(fake.app.tenant)
    answer = await calls(fake).ask("GET", f"{fake.graph_url}/v1.0/users/{user.aad}?$select=displayName", graph=True)
    assert (answer.fate, answer.text("displayName")) == (Fate.DONE, "Vera Holm")


# The table

BUSY, LIMITED, LOST, REFUSED = Fate.BUSY, Fate.LIMITED, Fate.LOST, Fate.REFUSED
TABLE = {
    # row: what becomes of a new message, and of a change
    "BadSyntax": (REFUSED, REFUSED),
    "BotNotRegistered": (REFUSED, REFUSED),
    "BotNotInConversationRoster": (REFUSED, REFUSED),
    "ForbiddenOperationException": (REFUSED, REFUSED),
    "ConversationBlockedByUser": (REFUSED, REFUSED),
    "BotDisabledByAdmin": (REFUSED, REFUSED),
    "MessageWritesBlocked": (REFUSED, REFUSED),
    "InvalidBotApiHost": (REFUSED, REFUSED),
    "ConversationNotFound": (REFUSED, REFUSED),
    "ActivityNotFoundInConversation": (REFUSED, REFUSED),
    "PreconditionFailed": (BUSY, BUSY),
    "MessageSizeTooBig": (REFUSED, REFUSED),
    "Throttled": (LIMITED, LIMITED),
    "Throttled after": (LIMITED, LIMITED),
    "500": (LOST, REFUSED),
    "502": (LOST, BUSY),
    "503": (LOST, BUSY),
    "504": (LOST, BUSY),
}


@pytest.mark.parametrize("row", T10)
async def test_t10_row(fake: FakeTeams, row: str) -> None:
    fault, (new, changed) = T10[row], TABLE[row]
    fake.fail_next("send", fault)
    answer = await post(fake)
    assert (answer.fate, answer.status, answer.code) == (new, fault.status, fault.code)
    assert answer.after == float(fault.retry_after or 0)
    fake.fail_next("update", fault)
    assert (await change(fake)).fate == changed
    assert fake.ledger.count("update") == 1, "and nothing is tried again by itself"


@pytest.mark.parametrize("status", [402, 405, 406, 408, 409, 410, 415, 422, 431, 451, 501, 505, 507, 511])
async def test_t10_what_is_not_in_the_table_is_never_asked_again(fake: FakeTeams, status: int) -> None:
    fake.fail_next("send", Refuse(status))
    fake.fail_next("update", Refuse(status))
    in_doubt = status == 408 or status >= 500
    assert (await post(fake)).fate is (LOST if in_doubt else REFUSED)
    assert (await change(fake)).fate is REFUSED


LOSSES: dict[str, Callable[[], Fault]] = {
    "500": lambda: AcceptThen(500),
    "502": lambda: AcceptThen(502),
    "503": lambda: AcceptThen(503),
    "504": lambda: AcceptThen(504),
    "closed after": lambda: DROP_AFTER,
    "closed before": lambda: DROP_BEFORE,
    "a page": Garbage,
    "a list": lambda: Garbage("[1]"),
    "too long": lambda: Garbage("x" * 300_000),
    "silent after": Hang,
    "silent before": lambda: Hang(accepted=False),
}


@pytest.mark.parametrize("loss", LOSSES)
async def test_t11_what_may_have_been_delivered_is_in_doubt(fake: FakeTeams, loss: str) -> None:
    hasty = calls(fake, 0.3)
    fake.fail_next("send", LOSSES[loss]())
    assert (await post(fake, hasty)).fate is LOST
    assert len(fake.ledger.accepted) <= 1
    first = await post(fake)
    # A change goes once more by itself when the connection breaks; to make it twice does no harm.
    fake.fail_next("update", LOSSES[loss](), LOSSES[loss]())
    changed = await hasty.ask("PUT", f"{chat(fake)}/{first.text('id')}", body=HELLO)
    assert changed.fate is (REFUSED if loss == "500" else BUSY)


async def test_t11_an_answer_without_a_body_is_an_answer(fake: FakeTeams) -> None:
    fake.fail_next("update", Garbage(""))
    assert (await change(fake)).done


async def test_t6_a_redirect_is_not_followed(fake: FakeTeams) -> None:
    fake.fail_next("send", Redirect())
    answer = await post(fake)
    assert (answer.fate, answer.code) == (REFUSED, "http_302")
    assert fake.ledger.count("elsewhere") == 0


@pytest.mark.parametrize("url", ["https://smba.trafficmanager.net.evil/v3/conversations", "http://127.0.0.1:9/", ""])
async def test_t6_nothing_goes_elsewhere_and_nobody_is_asked_for_a_token(fake: FakeTeams, url: str) -> None:
    answer = await calls(fake).ask("POST", url, body=HELLO)
    assert (answer.fate, answer.code, fake.ledger.calls) == (REFUSED, "wrong_host", [])


async def test_t6_the_token_for_graph_does_not_go_to_teams_nor_the_other_way(fake: FakeTeams) -> None:
    apart = settings(fake, graph="https://graph.microsoft.com")
    ours = Calls(apart, Login(apart, fake.clock))
    assert (await ours.ask("GET", chat(fake), graph=True)).code == "wrong_host"
    assert (await ours.ask("GET", "https://graph.microsoft.com/v1.0/users")).code == "wrong_host"


async def test_t6_a_private_address_behind_a_good_name_is_a_matter_of_waiting(fake: FakeTeams) -> None:
    hosts = Hosts({"smba.trafficmanager.net"}, (), Names("10.0.0.1"))
    ours = Calls(settings(fake), Login(settings(fake), fake.clock), hosts=hosts)
    answer = await ours.ask("POST", "https://smba.trafficmanager.net/teams/v3/conversations", body=HELLO)
    assert (answer.fate, answer.code) == (Fate.NOT_SENT, "private_address")


async def test_nobody_there(fake: FakeTeams) -> None:
    ours = calls(fake, hosts=frozenset({"127.0.0.1:9"}), near=frozenset({fake.host, "127.0.0.1:9"}))
    assert (await ours.ask("POST", "http://127.0.0.1:9/v3/conversations", body=HELLO)).fate is Fate.NOT_SENT


# Tokens


async def test_a_401_brings_a_new_token_for_the_next_call(fake: FakeTeams, clock: StandingClock) -> None:
    ours = calls(fake)
    assert (await post(fake, ours)).done
    clock.move_to(NOON + timedelta(minutes=2))
    fake.tokens.forget()
    assert (await post(fake, ours)).fate is REFUSED
    assert (await post(fake, ours)).done
    fake.fail_next("send", *[T10["BotNotRegistered"]] * 50)
    for _ in range(50):
        await post(fake, ours)
    assert fake.ledger.count("token") == 2, "a new token would be refused just the same"


async def test_without_a_token_nothing_is_sent(fake: FakeTeams) -> None:
    fake.fail_next("token", Refuse(503))
    answer = await post(fake)
    assert (answer.fate, answer.code) == (Fate.NOT_SENT, "login_503")
    wrong = await post(fake, calls(fake, secret=SecretStr("not the secret of the app")))
    assert (wrong.fate, wrong.code) == (Fate.LOCKED_OUT, "login_invalid_client")
    assert fake.ledger.count("send") == 0


# Waiting


@given(said=st.one_of(st.none(), st.text(max_size=40), st.floats().map(str), st.integers().map(str)))
def test_f7_any_retry_after_is_some_time_or_none(said: str | None) -> None:
    wait = retry_after({} if said is None else {"Retry-After": said, "Date": said})
    assert wait is None or (math.isfinite(wait) and 0 <= wait <= LONGEST_WAIT)


def test_f7_a_moment_is_counted_from_the_moment_of_the_answer() -> None:
    date = {"Date": "Mon, 04 May 2026 14:00:00 GMT"}
    assert retry_after({"Retry-After": "Mon, 04 May 2026 14:02:00 GMT", **date}) == 120
    assert retry_after({"Retry-After": "Mon, 04 May 2026 13:00:00 GMT", **date}) == 0
    assert retry_after({"Retry-After": "Mon, 04 May 2026 14:02:00 GMT"}) is None


# What is said about it

SAID: list[Fault] = [
    Garbage(SECRET),
    Refuse(400, SECRET),
    Refuse(403, SECRET + "\n"),
    Refuse(429, "Throttled", SECRET),
    AcceptThen(502),
    DROP_AFTER,
]


@pytest.mark.parametrize("fault", SAID, ids=repr)
async def test_no_words_and_no_token_in_any_log_or_code(
    fake: FakeTeams, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.fail_next("send", fault)
    with capture_logs() as logged:
        answer = await calls(fake).ask("POST", chat(fake), body=HELLO | {"text": SECRET})
    (token,) = fake.tokens.given
    for said in (repr(logged), caplog.text, repr(answer)):
        assert SECRET not in said
        assert token not in said
