"""What people do at their clients, scene by scene: by mouse and keyboard, in Danish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from tests.agents.client import BOT_SIDE, CLIENT, Client, expect
from tests.agents.stage import AgentsPlay
from tests.agents.tenant import CHANNEL_NAME, TEAM_NAME, Person
from tests.stage.play import WORDS
from tests.stage.scenes import EXPECT, GOAL, NOTES, PLACE, REASON, ROUND_NAME, SIGN, WISH, only

da = partial(WORDS.text, "da")
"""A sentence of the product, by its word key."""

CHANNEL_READS = f"{TEAM_NAME} › {CHANNEL_NAME}"
HOME, AWAY = "Børnehaven Solsikken", "Familieafdelingen"
START, END = date(2026, 5, 5), date(2026, 5, 7)
ROUND = {
    "opens": "2026-04-13",
    "deadline": "2026-04-20",
    "answer_by": "2026-04-24",
    "latest_start": "2026-06-01",
    "finish_by": "2026-06-30",
}


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """The moment, by the clocks where the story takes place."""
    return datetime.combine(day, time(hour, minute), ZoneInfo("Europe/Copenhagen")).astimezone(UTC)


async def speaks_danish(client: Client) -> None:
    """The client is in English, so the assistant is too until it is told otherwise."""
    await client.wait_for_text("Hi ")
    await client.says("dansk")
    await client.wait_for_text(da("language.set"))


async def goes_on(client: Client, button: str, until: str, **values: object) -> None:
    """Presses the button of these words; then the card has made room for one that says `until`."""
    await client.press(da(button, values))
    await client.wait_for_text(until)
    await client.wait_until_kept()


async def begins(client: Client, button: str, until: str) -> None:
    """Presses the button of these words, whose card stays; what it brings comes below."""
    await client.press(da(button))
    await client.wait_for_note(da("teams.taken"))
    await client.wait_for_text(until)


async def fills(client: Client, answers: Mapping[str, str]) -> None:
    """Answers the questions of the newest card."""
    for key, answer in answers.items():
        await client.fill(da(key), answer)


async def comes_back(play: AgentsPlay, client: Client, name: str) -> None:
    """Takes the assistant away and a minute later has it again, which greets anew: in Danish by now."""
    await client.triggers("Uninstall application")
    await play.until(play.clock.now() + timedelta(minutes=1))
    await client.enter()
    await client.wait_for_text(f"Hej {name}.")


async def joins_the_channel(play: AgentsPlay, client: Client) -> None:
    """Looks into it for the first time, which installs the assistant in its team."""
    await client.look_into(CHANNEL_NAME)
    for told in ("installationUpdate", "conversationUpdate"):
        await expect(client.page.get_by_text(f"{CLIENT} -> {BOT_SIDE} {told} 200").nth(1)).to_be_attached()
    await play.room.idle()


async def colleagues_are_there(play: AgentsPlay) -> None:
    """Helle in HR and Vera, who will be the host, sit at our own page."""
    await play.add("Helle Hald", "hr", "HR")
    await play.add("Vera Vang", "host", AWAY)


async def plans_a_round(play: AgentsPlay, client: Client) -> None:
    """HR fills in a round, up to its preview."""
    await joins_the_channel(play, client)
    await client.go_back()
    await client.says(await play.hr_code())
    await client.wait_for_text(da("hr.granted"))
    await begins(client, "btn.new_round", da("round.new.name"))
    await client.fill(da("round.new.name"), ROUND_NAME["da"])
    await client.choose(da("round.new.forms"), da("form.shadow"), da("form.jobswap_next"))
    await goes_on(client, "btn.continue", da("round.new.opens"))
    await fills(client, {f"round.new.{name}": day for name, day in ROUND.items()})
    await goes_on(client, "btn.continue", da("round.new.channel"))
    await client.says(CHANNEL_READS)  # all is typed here: the client knows colleagues by other ids than Teams does
    await client.wait_for_text(da("round.check.contact"))
    await client.says(client.seat.person.name)
    await client.wait_for_text(da("round.check.learn"))
    await client.says("Om to dage er nok")
    await client.wait_for_text(da("round.new.review"))


async def posts_it(client: Client) -> None:
    """The preview opens in a dialog, which this client has not. So HR types what stands on the button there."""
    await client.says(da("btn.post"))
    await client.wait_for_text(da("round.opened.now", {"programme": ROUND_NAME["da"], "text": CHANNEL_READS}))


async def signs_up(client: Client, leader: Person) -> None:
    """Presses at the post in the channel, and goes on alone with the assistant."""
    await client.wait_for_text(da("round.post.title", {"programme": ROUND_NAME["da"]}))
    await client.press(da("btn.signup"))
    await client.wait_for_note(da("channel.answered_privately"))
    await client.go_back()
    await client.wait_for_text(da("sign.voluntary"))
    await client.tick(da("btn.yes"))
    await goes_on(client, "btn.continue", da("sign.unit"))
    await client.fill(da("sign.unit"), HOME)
    await goes_on(client, "btn.continue", da("sign.leader"))
    await client.says(leader.name)
    await client.wait_for_text(da("sign.talked"))
    await client.choose(da("sign.talked"), da("sign.talked.yes"))
    await goes_on(client, "btn.continue", da("sign.mode"))
    await client.choose(da("sign.mode"), da("sign.mode.self"))
    await goes_on(client, "btn.continue", da("sign.self.where"))
    await client.fill(da("sign.self.where"), AWAY)
    await goes_on(client, "btn.continue", da("sign.learn"))
    await client.fill(da("sign.learn"), WISH["da"])
    await goes_on(client, "btn.continue", da("sign.more"))
    await goes_on(client, "btn.no", "Du er tilmeldt")


async def supports(client: Client) -> None:
    """The leader supports it in principle."""
    await client.wait_for_text(WISH["da"])
    await goes_on(client, "btn.approve", "Tak.")


async def matches(play: AgentsPlay) -> None:
    """On another day Helle notes the place and its host, who says yes."""
    helle, vera = await play.seat("Helle"), await play.seat("Vera")
    await play.until(at(date(2026, 4, 14), 11))
    await helle.says("match")
    await helle.taps("btn.find_place", programme=ROUND_NAME["da"])
    await helle.fills({"match.wish": only(await helle.last(), "match.wish")})
    dates = {"match.start": START.isoformat(), "match.end": END.isoformat()}
    await helle.fills({"match.host": vera.id, "match.form": "form.shadow", **dates})
    await helle.taps("btn.send")
    await vera.taps("btn.accept")


async def approves(client: Client) -> None:
    """The leader approves it with a reason."""
    await client.wait_for_text("Stedet er fundet")
    await goes_on(client, "btn.approve", "Skriv to til fem sætninger")
    await client.fill(da("lead.prep.justify", {"name": "Emil"}), REASON["da"])
    await goes_on(client, "btn.save", da("approve.noted.final", {"name": "Emil"}))


async def is_invited(play: AgentsPlay, client: Client) -> None:
    """Two weeks before, the invitation comes by itself."""
    await play.until(at(START - timedelta(days=14), 10))
    await client.wait_for_text("Skal vi gøre dig klar?")


async def begins_to_prepare(client: Client) -> None:
    """Starts from the invitation, and says what it is about."""
    await goes_on(client, "btn.start_min", da("prep.ack"), minutes=10)
    await client.tick(da("btn.yes"))
    await goes_on(client, "btn.continue", da("prep.purpose"))
    await client.choose(da("prep.purpose"), da("prep.purpose.understand"))


async def goes_on_preparing(client: Client) -> None:
    """Answers the rest with the least that will do. What the others will see opens in a dialog: sending it is typed."""
    await goes_on(client, "btn.continue", da("prep.purpose.own"))
    await goes_on(client, "btn.skip", da("prep.finish"))
    await client.fill(da("prep.finish"), "15:30")
    await goes_on(client, "btn.continue", da("prep.goal.1"))
    for key, answer, then in (
        ("prep.goal.1", GOAL, "prep.goal.1.sign"),
        ("prep.goal.1.sign", SIGN, "prep.expect"),
        ("prep.expect", EXPECT, "prep.ask"),
    ):
        await client.fill(da(key), answer["da"])
        await goes_on(client, "btn.continue", da(then))
    await goes_on(client, "btn.skip", da("prep.share"))
    await client.fill(da("prep.share"), PLACE["da"])
    await goes_on(client, "btn.continue", da("prep.share.date"))
    await goes_on(client, "btn.skip", da("share.habit"))
    await client.choose(da("share.habit"), da("share.habit.open"))
    await goes_on(client, "btn.continue", "7 af 7")
    await client.says(da("btn.send"))
    await client.wait_for_text("Du er godt forberedt")


async def gets_the_logbook(play: AgentsPlay, client: Client) -> None:
    """On the afternoon of the first day it comes by itself."""
    await play.until(at(START, 15, 20))
    await client.wait_for_text(da("log.core.what"))


async def writes_the_logbook(client: Client) -> None:
    """Answers some of it, and does not send it yet."""
    for key, answers in NOTES["da"].items():
        if key.startswith(("log.core", "log.first")):
            await client.fill(da(key), answers[0])


async def gets_the_summary(play: AgentsPlay, client: Client) -> None:
    """The leader's comes by itself, after the last day."""
    await play.until(at(END + timedelta(days=1), 12))
    await client.wait_for_text(da("sum.week.title", {"name": "Emil", "host_unit": AWAY, "n": 1}))
