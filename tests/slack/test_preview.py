"""The page that looks like Slack shows all that was sent, as text."""

from __future__ import annotations

from bot.channel import Field, Message, Part
from bot.channels.slack.blocks import chat
from bot.channels.slack.view import home, view
from tests.slack.drawings import say
from tests.slack.preview import render
from tests.slack.test_view import SAVE

WRITTEN = Message(
    (Part("Logbog", "title"), Part("<script>alert(1)</script>", "own")),
    "Logbog",
    "c1",
    fields=(Field("f", "long", "Hvad hænger ved?", "Kun du kan se det her.", value="</div>Mødet"),),
    buttons=(SAVE,),
)


def test_each_surface_is_a_page_with_its_texts() -> None:
    blocks, _ = chat(WRITTEN, {})
    pages = [
        render(blocks, "message"),
        render([blocks, blocks], "message"),
        render(view([WRITTEN], say), "modal"),
        render(home([WRITTEN], say), "home"),
    ]
    for page in pages:
        assert '<html lang="da">' in page
        assert "<script" not in page
        for text in ("Logbog", "&lt;script&gt;alert(1)", "Hvad hænger ved?", "&lt;/div&gt;Mødet", "Gem"):
            assert text in page
