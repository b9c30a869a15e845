"""The web channel keeps the contract of a channel, against the real store."""

from dataclasses import replace

import pytest

from bot.channel import Address, Channel, End, Message, Part
from bot.channels.web.channel import WebChannel, letter
from storage.records import MailRow
from storage.store import Store, StoreUnavailable, Work
from tests.web.fakes import JOBDATING, NOON, Playhouse, outgoing

SARA = Address("playground", "local", "seat1")


async def rows(house: Playhouse, box: str = "person1") -> list[MailRow]:
    return list(await house.store.run(lambda work: work.mail.list(box)))


def texts(rows: list[MailRow]) -> list[str]:
    messages = [letter(row).message for row in rows]
    return [part.text for message in messages if message for part in message.parts]


async def test_it_is_a_channel(house: Playhouse) -> None:
    channel: Channel = house.channel
    assert channel.name == "playground"


async def test_a_message_lies_in_the_box_of_the_person_and_is_sent(house: Playhouse) -> None:
    outcome = await house.channel.send(outgoing("a"), NOON)
    assert (outcome.end, outcome.reference) == (End.SENT, "a")
    (row,) = await rows(house)
    assert (row.box, row.author, row.at) == ("person1", "", NOON)


async def test_a_post_lies_in_the_box_of_the_channel(house: Playhouse) -> None:
    await house.channel.send(outgoing("a", place=JOBDATING), NOON)
    assert len(await rows(house, JOBDATING)) == 1


async def test_the_same_message_twice_is_one_message(house: Playhouse) -> None:
    first = await house.channel.send(outgoing("a"), NOON)
    assert await house.channel.send(outgoing("a", "andet"), NOON) == first
    assert [(row.version, *texts([row])) for row in await rows(house)] == [(1, "Hej")]


async def test_a_message_takes_the_place_of_another(house: Playhouse) -> None:
    await house.channel.send(outgoing("a"), NOON)
    await house.channel.send(outgoing("b", "midt"), NOON)
    outcome = await house.channel.send(replace(outgoing("c", "ny"), replaces="a"), NOON)
    assert outcome.reference == "a"
    assert texts(await rows(house)) == ["ny", "midt"]


async def test_a_replacement_that_comes_again_changes_nothing(house: Playhouse) -> None:
    await house.channel.send(outgoing("a"), NOON)
    second = replace(outgoing("b", "to"), replaces="a")
    await house.channel.send(second, NOON)
    await house.channel.send(replace(outgoing("c", "tre"), replaces="a"), NOON)
    assert (await house.channel.send(second, NOON)).reference == "a"
    assert [(row.version, *texts([row])) for row in await rows(house)] == [(3, "tre")]


async def test_what_has_been_replaced_can_be_named_by_its_own_id_or_by_the_reference(house: Playhouse) -> None:
    await house.channel.send(outgoing("a"), NOON)
    await house.channel.send(replace(outgoing("b"), replaces="a"), NOON)
    await house.channel.send(replace(outgoing("c", "tre"), replaces="b"), NOON)
    assert texts(await rows(house)) == ["tre"]


async def test_a_replacement_of_something_gone_is_a_new_message(house: Playhouse) -> None:
    outcome = await house.channel.send(replace(outgoing("b"), replaces="gone"), NOON)
    assert outcome.reference == "b"


async def test_nobody_replaces_what_lies_in_another_box(house: Playhouse) -> None:
    await house.desk.add_person("Henrik", "leader", "", "da")
    await house.channel.send(outgoing("a"), NOON)
    await house.channel.send(replace(outgoing("b", "til Henrik", "seat2"), replaces="a"), NOON)
    assert texts(await rows(house)) == ["Hej"]
    assert texts(await rows(house, "person2")) == ["til Henrik"]


async def test_a_reply_stands_under_its_post(house: Playhouse) -> None:
    await house.channel.send(outgoing("a", place=JOBDATING), NOON)
    await house.channel.send(replace(outgoing("b", place=JOBDATING), thread="a"), NOON)
    assert [row.thread for row in await rows(house, JOBDATING)] == ["", "a"]


@pytest.mark.parametrize("replaces", ["", "a"])
async def test_find_knows_what_became_of_a_message(house: Playhouse, replaces: str) -> None:
    await house.channel.send(outgoing("a"), NOON)
    lost = replace(outgoing("b"), replaces=replaces)
    before = await house.channel.find(lost)
    assert before is not None
    assert before.end is End.REFUSED
    sent = await house.channel.send(lost, NOON)
    assert await house.channel.find(lost) == sent


async def test_what_a_person_typed_is_kept_once(house: Playhouse) -> None:
    for _ in range(2):
        await house.channel.keep_words(SARA, "event-1", "hej\nmed dig", NOON)
    (row,) = await rows(house)
    assert (row.author, texts([row])) == ("seat1", ["hej\nmed dig"])


async def test_the_same_event_of_two_people_is_two_messages(house: Playhouse) -> None:
    await house.desk.add_person("Henrik", "leader", "", "da")
    await house.channel.keep_words(SARA, "event-1", "fra Sara", NOON)
    await house.channel.keep_words(Address("playground", "local", "seat2"), "event-1", "fra Henrik", NOON)
    assert texts(await rows(house)) == ["fra Sara"]
    assert texts(await rows(house, "person2")) == ["fra Henrik"]


async def test_everything_of_a_message_survives_the_box(house: Playhouse) -> None:
    whole = Message(parts=(Part("<b>æøå</b>\n", "own"),), preview="p", card="c", language="nb")
    await house.channel.send(replace(outgoing("a"), message=whole), NOON)
    (row,) = await rows(house)
    assert letter(row).message == whole


async def test_open_pages_hear_of_each_change_and_of_nothing_else(house: Playhouse) -> None:
    with house.channel.bell.listen() as rings:
        await house.channel.send(outgoing("a"), NOON)
        await house.channel.send(outgoing("a"), NOON)
        await house.channel.send(replace(outgoing("b"), replaces="a"), NOON)
        heard = [rings.get_nowait() for _ in range(rings.qsize())]
    assert [(ring.id, ring.version) for ring in heard if ring] == [("a", 1), ("a", 2)]


class Gone:
    """A store that is not there just now."""

    async def run(self, unit: object) -> object:
        raise StoreUnavailable


async def test_without_the_store_it_says_later_and_cannot_tell() -> None:
    gone: Store = Gone()  # type: ignore[assignment]  # all that the channel asks of a store
    channel = WebChannel(gone)
    assert (await channel.send(outgoing("a"), NOON)).end is End.LATER
    assert await channel.find(outgoing("a")) is None


async def test_a_message_whose_key_is_gone_is_drawn_as_unreadable(house: Playhouse) -> None:
    await house.channel.send(outgoing("a"), NOON)

    def forget(work: Work) -> None:
        work.keys.forget("person1")

    await house.store.run(forget)
    (row,) = await rows(house)
    assert letter(row).message is None
