"""One round spans both platforms: an employee in Teams, a leader in Slack, a host on neither."""

from __future__ import annotations

from dataclasses import replace

from storage.store import Work
from tests.running.together import Together, town
from tests.stage.outside import asks_nora, secrets_of
from tests.stage.scenes import MORNING, REASON, Cast, invited, minutes, prepare, round_open, write


async def speaks(play: Together, id: str, language: str) -> None:
    """They have chosen this language."""

    def unit(work: Work) -> None:
        work.people.update(replace(work.people.get(id), language=language))

    await play.store.run(unit)


async def test_one_round_spans_both_platforms_and_a_host_on_neither() -> None:
    play = await town(MORNING)
    try:
        hanne, emil, vera = [await play.seat(name) for name in ("Hanne", "Emil", "Vera")]
        lone = await play.in_slack("Lotte Lind", "Børnehaven Solsikken")
        here = Cast(play, hanne, emil, lone, vera)
        await speaks(play, emil.id, "nb")
        assert len(await play.store.run(lambda work: work.people.organisations())) == 1

        await round_open(here)
        nora = await asks_nora(here, "en")
        assert len(await secrets_of(hanne)) == 1
        assert "Emil" in await nora.text()
        await nora.taps("btn.accept")

        await lone.taps("btn.approve")
        await lone.fills({"lead.prep.justify": REASON["da"]})
        await invited(here)
        await prepare(here)
        await lone.taps("btn.start_min", minutes=await minutes(lone))
        await lone.fills({"lead.prep.use": "At vi skriver bedre", "lead.prep.followup.return": "2026-05-12"})
        await here.at(here.start, 15, 30)
        await write(here)

        assert await play.whereabouts() == {
            "Emil Eriksen": ["teams"],
            "Hanne Holm": ["teams"],
            "Lone Lund": ["teams"],
            "Lotte Lind": ["slack"],
            "Nora Nilsen": ["web"],
            "Vera Vang": ["teams"],
        }
        assert "Lotte har godkjent oppholdet ditt ved Nav Sandnes." in await emil.everything()
        assert "Lagret. Vil du dele én tanke med Lotte?" in await emil.text()
        assert "Tak. Tal målene igennem med Emil inden den 5.\u00a0maj." in await lone.text()
        assert "It is settled: Emil comes to you 5\u00a0May–7\u00a0May." in await nora.everything()
        play.nothing_refused()
        assert not [it for it in play.slack.ledger.refusals if it.error != "ratelimited"]
    finally:
        await play.close()
