"""The leader: suggested by the directory where we may read it, else asked for; confirmed by the leader either way."""

from __future__ import annotations

from bot.channel import Field
from bot.newcomers import LEADER_STANDS
from tests.stage.play import WORDS
from tests.stage.scenes import MORNING, Cast, round_open
from tests.teams.seat import TeamsSeat
from tests.teams.stage import TEAM, TeamsPlay


async def writes_later(play: TeamsPlay, emil: TeamsSeat) -> None:
    """Emil writes when the directory may be asked anew."""
    await play.until(play.clock.now() + LEADER_STANDS)
    await emil.says("hej")


async def asked_for_leader(play: TeamsPlay) -> Field:
    """Emil signs up: the field that asks who leads him."""
    hanne, emil, lone, vera = [await play.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
    await round_open(Cast(play, hanne, emil, lone, vera))
    await emil.presses_in_channel(WORDS.text("da", "btn.signup"), TEAM)
    await emil.fills({"sign.voluntary": "yes"})
    return next(field for field in (await emil.last()).fields if field.kind == "person")


async def test_with_consent_the_manager_is_suggested_and_still_asked() -> None:
    play = await TeamsPlay.open(MORNING)
    try:
        emil, lone = await play.seat("Emil"), await play.seat("Lone")
        play.teams.users[emil.there.aad].manager = lone.there.aad
        await writes_later(play, emil)
        field = await asked_for_leader(play)
        assert list(field.chosen) == [lone.there.aad]
        await emil.fills({})
        await emil.taps("sign.talked.yes")
        await emil.taps("sign.mode.match")
        await emil.fills({"sign.where": "Familieafdelingen"})
        await emil.fills({"sign.learn": "At skrive kort"})
        await emil.taps("btn.no")
        assert "Støtter du det i princippet?" in await lone.text()
    finally:
        await play.close()


async def test_a_manager_whom_nobody_has_met_is_written_down_by_name() -> None:
    play = await TeamsPlay.open(MORNING)
    try:
        emil = await play.seat("Emil")
        boss = play.teams.add_user("Birgit Bro", department="Børnehaven Solsikken")
        play.teams.users[emil.there.aad].manager = boss.aad
        await writes_later(play, emil)
        field = await asked_for_leader(play)
        assert list(field.chosen) == [boss.aad]
        assert any(choice.label == "Birgit Bro, Børnehaven Solsikken" for choice in field.choices)
        assert play.teams.posts(boss.aad) == []
    finally:
        await play.close()


async def test_without_consent_it_is_asked_for_and_nothing_is_suggested() -> None:
    play = await TeamsPlay.open(MORNING)
    try:
        emil, lone = await play.seat("Emil"), await play.seat("Lone")
        play.teams.consent.clear()
        play.teams.users[emil.there.aad].manager = lone.there.aad
        await writes_later(play, emil)
        field = await asked_for_leader(play)
        assert list(field.chosen) == []
        assert any(choice.label.startswith("Lone Lund") for choice in field.choices)
    finally:
        await play.close()
