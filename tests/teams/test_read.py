"""What Teams sends becomes what somebody did, and what does not fit becomes nothing."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Address, Incoming
from bot.channels.teams import read
from bot.channels.teams.read import Heard, Where
from tests.teams.payloads import (
    BOT,
    CHANNEL,
    CHAT,
    SERVICE,
    TENANT,
    VERA,
    Json,
    activity,
    data,
    execute,
    in_channel,
    message,
    task,
)

SENDER = Address("teams", TENANT, VERA)


def heard(found: Heard | None) -> Heard:
    assert found is not None
    return found


def test_a_message_in_the_personal_chat() -> None:
    found = heard(read.said(message("Jeg glæder mig")))
    assert found.incoming == Incoming(SENDER, f"{CHAT}:1778148009000", "text", "Jeg glæder mig")
    assert found.where == Where(TENANT, VERA, CHAT, SERVICE, personal=True, post="1778148009000")


def test_ids_count_whatever_their_case() -> None:
    body = message("hej", channelData={"tenant": {"id": TENANT.upper()}})
    body["from"]["aadObjectId"] = VERA.upper()
    assert heard(read.said(body)).incoming.sender == SENDER


def test_a_local_client_has_ids_of_its_own() -> None:
    body = message("hej", channelData={})
    del body["from"]["aadObjectId"]
    assert heard(read.said(body)).incoming.sender == Address("teams", TENANT, "29:vera")


@pytest.mark.parametrize("text", ["", "   ", "\n", "&nbsp;"])
def test_t16_a_picture_or_nothing_at_all_is_no_answer(text: str) -> None:
    assert heard(read.said(message(text))).incoming.kind == "command"


def test_words_in_a_channel_are_never_the_answer_to_a_question() -> None:
    found = heard(read.said(in_channel("  hjælp\u00a0mig&nbsp; ")))
    assert (found.incoming.kind, found.incoming.text) == ("command", "hjælp mig")
    assert not found.where.personal
    assert found.where.chat == f"{CHANNEL};messageid=1778148009000"


def test_somebody_else_s_name_stays_in_the_words() -> None:
    body = in_channel("og <at>Lone</at>")
    body["entities"].append({"type": "mention", "text": "<at>Lone</at>", "mentioned": {"id": "29:lone"}})
    assert heard(read.said(body)).incoming.text == "og <at>Lone</at>"


def test_lines_stay_lines() -> None:
    assert heard(read.said(message("Et  \n\nto"))).incoming.text == "Et\n\nto"


PRESSES: list[tuple[Callable[[Any], Heard | None], Callable[[Json], Json], str]] = [
    (read.pressed, execute, "card"),
    (read.fetched, lambda given: task("task/fetch", {"type": "task/fetch", **given}), "may_open"),
    (read.submitted, lambda given: task("task/submit", given), "open"),
    (read.said, lambda given: message("", value=given), ""),
]


@pytest.mark.parametrize(("reads", "sends", "form"), PRESSES, ids=["execute", "fetch", "submit", "old client"])
def test_t15_a_press(reads: Callable[[Any], Heard | None], sends: Callable[[Json], Json], form: str) -> None:
    body = sends(data("save", "card1", why="Derfor", who="BBBBBBBB-2222-3333-4444-555555555555"))
    found = heard(reads(body))
    expected = Incoming(
        SENDER,
        f"{CHAT}:{body['id']}",
        "press",
        card="card1",
        button="save",
        values={"why": "Derfor"},
        form=form,  # type: ignore[arg-type]
    )
    assert found.incoming == expected
    assert found.people == {"who": "bbbbbbbb-2222-3333-4444-555555555555"}


@pytest.mark.parametrize(("reads", "sends", "form"), PRESSES[:3])
def test_a_press_on_nothing_of_ours_is_nothing(
    reads: Callable[[Any], Heard | None], sends: Callable[[Json], Json], form: str
) -> None:
    assert reads(sends({"vidsyn": {"card": "card1"}})) is None
    assert reads(sends({"other": 1})) is None


def test_what_the_assistant_did_itself_is_nothing() -> None:
    assert read.said(message("hej", **{"from": {"id": BOT, "aadObjectId": VERA}})) is None


def test_an_install_has_a_name() -> None:
    found = heard(read.arrived(activity("installationUpdate", action="add"), "install:1"))
    assert found.incoming == Incoming(SENDER, "install:1", "arrive")


SAMPLES = [message("hej"), in_channel("hej"), execute(data()), task("task/fetch", data()), task("task/submit", data())]
READERS: list[Callable[[Any], Heard | None]] = [
    read.said,
    read.pressed,
    read.fetched,
    read.submitted,
    lambda body: read.arrived(body, "x"),
]
RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def paths(body: Any, here: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Where something stands in it."""
    inner = (
        [path for key, value in body.items() for path in paths(value, (*here, key))] if isinstance(body, dict) else []
    )
    return [*([here] if here else []), *inner]


@given(st.sampled_from(SAMPLES), st.data(), RUBBISH)
def test_rubbish_anywhere_is_no_error(sample: Json, choice: st.DataObject, rubbish: Any) -> None:
    body = deepcopy(sample)
    *above, last = choice.draw(st.sampled_from(paths(body)))
    inner = body
    for name in above:
        inner = inner[name]
    inner[last] = rubbish
    for reads in READERS:
        found = reads(body)
        assert found is None or (found.incoming.sender.tenant and found.incoming.sender.place)


@given(RUBBISH)
def test_rubbish_alone_is_nothing(rubbish: Any) -> None:
    assert [reads(rubbish) for reads in READERS] == [None] * len(READERS)
