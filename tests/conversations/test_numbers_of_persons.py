"""National ID numbers are stopped, hidden when asked, and never kept: T6, T7 and T8, in forms and in the chat."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from bot.script import House, Script
from bot.turns import people
from dialogs.model import Raw
from storage.store import Store, Work
from tests.conversations.conftest import Open
from tests.stage.scenes import SCENES, cast

DANISH = "010165-0000"
"""A possible date and no checksum (T6)."""

NORWEGIAN = "01016500000"
"""Eleven digits that fail modulus 11, with a possible date (T7)."""

CASE = "1234567"
"""Seven digits: the number of a case, not of a person (T8)."""

FIELD = "log.core.what"


class Unusable(dict[str, Script]):
    """Scripts that fail whoever looks at them, with the number in the error."""

    def __contains__(self, key: object) -> bool:
        raise ValueError(f"{key} cannot be found for {DANISH}")


def about(number: str) -> dict[str, Raw]:
    return {FIELD: f"Vi talte om {number} hele dagen"}


@pytest.mark.parametrize("number", [DANISH, NORWEGIAN])
@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_domain_t6_t7_a_number_in_a_form_is_blocked_with_the_sentence(
    open_at: Open, language: str, number: str
) -> None:
    here = await open_at("first day", language)
    before = await here.emil.everything()
    reply = await here.emil.fills(about(number))
    assert reply.errors == {FIELD: here.play.words.text(language, "safe.id_found")}
    assert reply.identifiers == [FIELD]
    assert [offer.id for offer in reply.offers] == ["mask", "keep"]
    assert await here.emil.everything() == before


@pytest.mark.parametrize("number", [DANISH, NORWEGIAN])
async def test_domain_t6_t7_a_number_is_hidden_on_request_and_the_rest_is_kept(open_at: Open, number: str) -> None:
    here = await open_at("first day")
    await here.emil.fills(about(number))
    reply = await here.emil.fills(about(number), leave="mask")
    assert not reply.errors
    kept = await here.play.store.run(lambda work: [str(row.value) for row in work.answers.by(here.emil.id)])
    assert any(text.startswith("Vi talte om") and text.endswith("hele dagen") for text in kept)
    assert not any(number in text for text in kept)


async def test_domain_t6_a_number_that_is_none_may_be_kept(open_at: Open) -> None:
    here = await open_at("first day")
    reply = await here.emil.fills(about(DANISH), leave="keep")
    assert not reply.errors
    kept = await here.play.store.run(lambda work: [str(row.value) for row in work.answers.by(here.emil.id)])
    assert any(DANISH in text for text in kept)


@pytest.mark.parametrize("number", [DANISH, NORWEGIAN])
async def test_domain_t6_t7_a_typed_number_is_hidden_before_anything_else_and_said_so(
    open_at: Open, number: str
) -> None:
    here = await open_at("first day")
    await here.emil.says(f"Vi talte om {number} hele dagen")
    chat = await here.emil.everything()
    assert here.play.words.text("da", "safe.id_chat") in chat
    kept = await here.play.store.run(lambda work: [str(row.value) for row in work.answers.by(here.emil.id)])
    assert any("Vi talte om" in text for text in kept)
    assert not any(number in text for text in (*kept, chat))


async def test_domain_t8_the_number_of_a_case_only_warns(open_at: Open) -> None:
    here = await open_at("first day")
    reply = await here.emil.fills(about(CASE))
    assert reply.errors == {FIELD: here.play.words.text("da", "safe.id_other", {"item": CASE})}
    assert [offer.id for offer in reply.offers] == ["keep"]
    assert not (await here.emil.fills(about(CASE), leave="keep")).errors


async def test_domain_t6_a_number_reaches_neither_database_nor_log_nor_error(tmp_path: Path) -> None:
    """A file, so that every byte can be looked at, sealed or not; and a turn that fails with the number in hand."""
    file = tmp_path / "vidsyn.db"
    here = await cast(url=f"sqlite:///{file}")
    with structlog.testing.capture_logs() as logs:
        for scene in list(SCENES.values())[: list(SCENES).index("first day") + 1]:
            await scene(here)
        await here.emil.fills(about(DANISH))
        await here.emil.fills(about(DANISH), leave="mask")
        await here.emil.says(f"Det er {DANISH} igen")
        await here.lone.says(f"hvem er {NORWEGIAN}")
        await here.emil.says("sprog")
        here.play.house = House(Unusable(), {}, {}, people.welcome)
        here.play.build()
        await here.emil.says(f"Og {DANISH} til sidst")
    assert [line["event"] for line in logs] == ["turn_failed"]
    assert DANISH not in str(logs)

    opened = await shown_in_clear(here.play.store)
    await here.play.close()
    stored = all_bytes(tmp_path)
    for number in (DANISH, NORWEGIAN, DANISH.replace("-", "")):
        assert number.encode() not in stored
        assert number not in opened


def all_bytes(folder: Path) -> bytes:
    """Everything in the files of a folder."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def shown_in_clear(store: Store) -> str:
    """Everything the store can read of people's words: answers, chats and what waits."""

    def unit(work: Work) -> str:
        people = work.people.all(work.people.organisations()[0].id)
        answers = [str(row.value) for person in people for row in work.answers.by(person.id)]
        letters = [row.payload for person in people for row in work.mail.list(person.id)]
        inbox = [row.payload for row in work.inbox.pending(100)]
        return "\n".join(map(str, (*answers, *letters, *inbox)))

    return await store.run(unit)
