"""An exchange that is under way, put straight into the store: what is due in it, and what its people got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.channels.web.channel import letter
from bot.moment import Moment
from bot.planning import replan
from storage.records import AddressRow, ExchangeRow, PromptRow, RoundRow, SignUpRow
from storage.store import Store, Work
from tests.stage.play import Play, read

MONDAY = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
FIRST = date(2026, 5, 11)
WEEK = tuple(FIRST + timedelta(days=n) for n in range(5))
EXCHANGE = "exchange"


async def under_way(play: Play, days: Sequence[date] = WEEK, finish: time | None = None) -> None:
    """Emil's exchange at Vera's, agreed and prepared, everything in it planned."""

    def unit(work: Work) -> None:
        people = {person.name.split()[0]: person for person in work.people.all(work.people.organisations()[0].id)}
        emil, lone, vera, hanne = (people[name] for name in ("Emil", "Lone", "Vera", "Hanne"))
        row = RoundRow(
            "round", emil.organisation, "Forår", "da", AddressRow("playground", "local", "#jobbytte"),
            date(2026, 4, 1), date(2026, 4, 10), date(2026, 4, 17), days[0], days[-1], (), hanne.id, "closed", "post",
        )  # fmt: skip
        work.rounds.add(row)
        work.rounds.add_sign_up(SignUpRow("sign-up", "round", emil.id, lone.id, "placed", leader_told=True))
        exchange = ExchangeRow(
            EXCHANGE, "round", "sign-up", emil.id, lone.id, vera.id, emil.unit, vera.unit, "form.short",
            days[0], days[-1], tuple(days), "short", "prepared", approved_at=play.clock.now(),
        )  # fmt: skip
        work.exchanges.add(exchange)
        if finish is not None:
            work.exchanges.save_journal(replace(work.exchanges.journal(EXCHANGE), finish=finish))
        replan(Moment(work, play.words, play.clock.now(), play.house), exchange)

    await play.store.run(unit)


async def goes_on(play: Play, until: datetime) -> None:
    """A process that starts where another ended: it looks after what was left, then time passes."""
    await play.ticker.recover()
    await play.delivery.recover()
    await play.conversation.catch_up()
    await play.ticker.tick()
    await play.delivery.deliver()
    await play.until(until)


async def plan_anew(play: Play) -> None:
    """As when something has changed that the plan depends on."""

    def unit(work: Work) -> None:
        replan(Moment(work, play.words, play.clock.now(), play.house), work.exchanges.get(EXCHANGE))

    await play.store.run(unit)


async def prompts(store: Store, kind: str | None = None) -> list[PromptRow]:
    """Everything that is or was due in the exchange."""
    return await store.run(lambda work: work.prompts.of(EXCHANGE, kind))


async def boxes(store: Store) -> dict[str, Counter[str]]:
    """What lies in each person's box, as it reads, by the first name."""

    def unit(work: Work) -> dict[str, Counter[str]]:
        people = work.people.all(work.people.organisations()[0].id)
        found: dict[str, Counter[str]] = {}
        for person in people:
            messages = [letter(row).message for row in work.mail.list(person.id)]
            found[person.name.split()[0]] = Counter(read(message) for message in messages if message is not None)
        return found

    return await store.run(unit)


async def arrived(play: Play, name: str) -> list[tuple[datetime, str]]:
    """When each message came to somebody, and how it reads."""
    seat = await play.seat(name)
    rows = await play.store.run(lambda work: work.mail.list(seat.id))
    return [(row.at, read(message)) for row in rows if (message := letter(row).message) is not None]
