"""What goes out: posted in a chat or a channel, answered in a thread, changed, and in several parts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from bot.channel import Address, Button, Choice, Field, Message, Outgoing, Part
from bot.channels.teams.card import chat
from bot.channels.teams.sending import MOST_BYTES, size, split
from storage.records import AddressRow, Organisation, OutboxState, PersonRow
from storage.store import Work
from tests.teams.fake.faults import FINE, T10, Refuse
from tests.teams.office import Office, open_office, said

SENT, REFUSED, PENDING, UNKNOWN = OutboxState.SENT, OutboxState.REFUSED, OutboxState.PENDING, OutboxState.UNKNOWN
YES = Button("yes", "Ja", main=True, choice=True)
LONG = Message(
    tuple(Part(f"Afsnit {n}. " + "Noget at læse om. " * 120) for n in range(40)), "Ny besked", card="c1", buttons=(YES,)
)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office


# Posting


async def test_a_message_to_a_person(office: Office) -> None:
    vera = await office.meet("Vera Holm")
    row = await office.send(vera, Message((Part("Kære Vera"),), "Ny besked", card="c1", buttons=(YES,)))
    (post,) = office.posts(vera)
    assert (row.state, split(row.reference)) == (SENT, (post.conversation, post.id))
    assert (post.summary, said(post)) == ("Ny besked", "Kære Vera")


async def test_a_post_in_a_channel_begins_a_thread(office: Office) -> None:
    jobs = await office.join("Nordby", "Jobbytte")
    row = await office.send(jobs.id, "Opslag")
    (post,) = office.posts(jobs.id)
    assert (row.state, split(row.reference)) == (SENT, (post.conversation, post.id))
    assert post.conversation == f"{jobs.id};messageid={post.id}"
    assert [call.what for call in office.teams.ledger.accepted] == ["create"]


async def test_an_answer_stays_in_its_thread(office: Office) -> None:
    jobs = await office.join("Nordby", "Jobbytte")
    first = await office.send(jobs.id, "Opslag")
    await office.send(jobs.id, "Et andet opslag")
    answer = await office.send(jobs.id, "Svar", thread=first.id)
    one, other = office.posts(jobs.id)
    assert ([said(reply) for reply in one.replies], other.replies) == (["Svar"], [])
    assert split(answer.reference) == (one.conversation, one.replies[0].id)
    changed = await office.send(jobs.id, "Rettet svar", replaces=answer.id)
    assert (said(one.replies[0]), changed.reference) == ("Rettet svar", answer.reference)


async def test_a_thread_that_is_gone_is_no_reason_to_say_nothing(office: Office) -> None:
    jobs = await office.join("Nordby", "Jobbytte")
    first = await office.send(jobs.id, "Opslag")
    office.posts(jobs.id)[0].deleted = True
    assert (await office.send(jobs.id, "Svar", thread=first.id)).state == SENT
    assert [said(post) for post in office.posts(jobs.id)] == ["Svar"]


async def test_a_thread_elsewhere_is_none(office: Office) -> None:
    jobs, news = await office.join("Nordby", "Jobbytte"), await office.join("Søby", "Nyt")
    vera = await office.meet("Vera Holm")
    first = await office.send(jobs.id, "Opslag")
    await office.send(news.id, "Svar", thread=first.id)
    await office.send(vera, "Svar", thread=first.id)
    assert office.posts(jobs.id)[0].replies == []
    assert [said(post) for post in (*office.posts(news.id), *office.posts(vera))] == ["Svar", "Svar"]


async def test_people_are_preselected_by_their_id_there(office: Office) -> None:
    def meet(work: Work) -> None:
        work.people.add_organisation(Organisation("o1", "Nordby", "DK", "Europe/Copenhagen", "da"))
        work.people.add(PersonRow("p1", "o1", "Leo Dahl"))
        work.people.link("p1", AddressRow("teams", office.tenant, leo.aad))

    vera, leo = await office.meet("Vera Holm"), await office.meet("Leo Dahl")
    await office.store.run(meet)
    field = Field("leader", "person", "Hvem er din leder?", chosen=("p1",), choices=(Choice("p1", "Leo"),))
    send = Button("send", "Send", sends=True)
    row = await office.send(vera, Message((), "Ny besked", card="c", fields=(field,), buttons=(send,)))
    assert row.state == SENT
    assert leo.aad in repr(office.posts(vera)[0].card)


async def test_nothing_can_be_looked_up(office: Office) -> None:
    message = Message((Part("Hej"),), "Ny besked")
    assert await office.channel.find(Outgoing("o1", Address("teams", office.tenant, "x"), message)) is None


# Changing


async def test_a_message_takes_the_place_of_another(office: Office) -> None:
    vera = await office.meet("Vera Holm")
    first = await office.send(vera, "Spørgsmål")
    second = await office.send(vera, "Svaret", replaces=first.id)
    third = await office.send(vera, "Rettet", replaces=second.id)
    assert first.reference == second.reference == third.reference
    assert [said(post) for post in office.posts(vera)] == ["Rettet"]


@pytest.mark.parametrize(
    "fault",
    [T10["ActivityNotFoundInConversation"], Refuse(403, "ServiceError"), Refuse(400, "BadArgument"), Refuse(405)],
    ids=repr,
)
async def test_what_cannot_be_changed_is_said_anew(office: Office, fault: Refuse) -> None:
    vera = await office.meet("Vera Holm")
    first = await office.send(vera, "Spørgsmål")
    office.teams.fail_next("update", fault)
    second = await office.send(vera, "Svaret", replaces=first.id)
    assert (second.state, second.reference != first.reference) == (SENT, True)
    assert [said(post) for post in office.posts(vera)] == ["Spørgsmål", "Svaret"]


async def test_a_message_that_was_taken_away_is_said_anew(office: Office) -> None:
    jobs = await office.join("Nordby", "Jobbytte")
    first = await office.send(jobs.id, "Opslag")
    office.posts(jobs.id)[0].deleted = True
    assert (await office.send(jobs.id, "Lukket", replaces=first.id)).state == SENT
    assert [said(post) for post in office.posts(jobs.id)] == ["Lukket"]


async def test_a_post_in_a_channel_is_changed_where_it_stands(office: Office) -> None:
    jobs = await office.join("Nordby", "Jobbytte")
    first = await office.send(jobs.id, "Opslag")
    second = await office.send(jobs.id, "Lukket", replaces=first.id)
    assert (second.reference, [said(post) for post in office.posts(jobs.id)]) == (first.reference, ["Lukket"])


# Large ones


async def test_t14_what_is_too_large_for_one_comes_in_several_in_order(office: Office) -> None:
    vera = await office.meet("Vera Holm")
    row = await office.send(vera, LONG)
    posts = office.posts(vera)
    assert (row.state, len(posts) > 1) == (SENT, True)
    assert split(row.reference)[1] == posts[-1].id, "the part with the buttons is the one to change"
    words = " ".join(map(said, posts))
    assert all(f"Afsnit {n}." in words for n in range(40))
    assert words.index("Afsnit 0.") < words.index("Afsnit 39.")


@tries(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=20).map(lambda text: text * 500), max_size=30))
def test_t14_any_announcement_stays_below_what_teams_takes(parts: list[str]) -> None:
    message = Message(tuple(map(Part, parts)), "Ny besked", card="c1", buttons=(YES,))
    assert all(size(activity) < MOST_BYTES - 1000 for activity in chat(message, str))


@pytest.mark.parametrize("row", ["BadSyntax", "Throttled", "PreconditionFailed", "500", "503", "BotDisabledByAdmin"])
async def test_t14_what_breaks_in_the_middle_is_not_begun_anew(office: Office, row: str) -> None:
    vera = await office.meet("Vera Holm")
    office.teams.fail_next("send", FINE, T10[row])
    sent = await office.send(vera, LONG)
    assert (sent.state, sent.reason.startswith("half sent")) == (UNKNOWN, True)
    assert len(office.posts(vera)) == 1


async def test_t14_what_teams_finds_too_large_is_refused(office: Office) -> None:
    vera = await office.meet("Vera Holm")
    office.teams.fail_next("send", T10["MessageSizeTooBig"])
    row = await office.send(vera)
    assert (row.state, row.reason) == (REFUSED, "MessageSizeTooBig")
