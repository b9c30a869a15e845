"""The fake Slack judges blocks and views as the real one does."""

import pytest

from tests.slack.fake import problems, view_problems
from tests.slack.fake.samples import Json, actions, button, field, modal, options, plain, section


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([section("x" * 3001)], "less than 3001"),
        ([section("x" * 2999 + "<")], "less than 3001"),
        ([section("")], "more than 0"),
        ([section("a", fields=[plain("b")] * 11)], "1 to 10 items"),
        ([{"type": "header", "text": plain("x" * 151)}], "less than 151"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "must be plain_text"),
        ([actions(*[button(action_id=f"a{n}") for n in range(26)])], "1 to 25 items"),
        ([actions(button(), button())], "action_id stands twice"),
        ([actions(button("x" * 76))], "less than 76"),
        ([actions(button(value="x" * 2001))], "1 to 2000"),
        ([actions(button(url="https://e.dk/" + "x" * 3000))], "1 to 3000"),
        ([actions(button(style="big"))], "one of danger, primary"),
        ([actions(button(valeu="x"))], "invalid additional property: valeu"),
        ([actions({"type": "plain_text_input", "action_id": "a"})], "unsupported type"),
        ([section("a", block_id="b"), section("c", block_id="b")], "block_id b stands twice"),
        ([section("a", block_id="b" * 256)], "1 to 255"),
        ([section("a")] * 51, "0 to 50 items"),
        ([section("x" * 2700)] * 5, "msg_blocks_too_long"),
        ([{"type": "context", "elements": [plain("a")] * 11}], "1 to 10 items"),
        ([{"type": "image", "image_url": "https://e.dk/a.png"}], "missing required field: alt_text"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "Hej <!channel>"}}], "mentions everybody"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "a < b"}}], "< is not escaped"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "a &am"}}], "cut in two"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "<javascript:x|y>"}}], "no mention, date or link"),
        ([{"type": "rich_text", "elements": [{"type": "rich_text_box", "elements": []}]}], "unknown rich text"),
        ([{"type": "carousel"}], "unsupported type"),
    ],
)
def test_s16_blocks_beyond_a_limit_are_named(blocks: list[Json], said: str) -> None:
    assert any(said in sentence for sentence in problems(blocks, "message")), problems(blocks, "message")


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (modal(section("a"), title=plain("x" * 25)), "less than 25"),
        (modal(section("a"), private_metadata="x" * 3001), "0 to 3000"),
        (modal(*[section("a")] * 101), "0 to 100 items"),
        (modal(field("q", {"type": "plain_text_input"}), submit=None), "missing required field: submit"),
        (modal(field("q", {"type": "plain_text_input", "max_length": 3001})), "from 1 to 3000"),
        (modal(field("q", {"type": "plain_text_input", "max_length": 3, "initial_value": "four"})), "0 to 3"),
        (modal(field("q", {"type": "plain_text_input", "placeholder": plain("x" * 151)})), "less than 151"),
        (modal(field("q", {"type": "radio_buttons", "options": options(11)})), "1 to 10 items"),
        (modal(field("q", {"type": "checkboxes", "options": options(11)})), "1 to 10 items"),
        (modal(field("q", {"type": "static_select", "options": options(101)})), "1 to 100 items"),
        (
            modal(field("q", {"type": "static_select", "options": options(2), "initial_option": options(3)[2]})),
            "one of",
        ),
        (modal(field("q", {"type": "datepicker", "initial_date": "2026-02-30"})), "YYYY-MM-DD"),
        (modal(field("q", {"type": "timepicker", "initial_time": "9:00"})), "HH:MM"),
        (modal(field("q", {"type": "plain_text_input"}, hint=plain("x" * 2001))), "less than 2001"),
        (modal(field("q", {"type": "plain_text_input"}), submit_disabled=True), "submit_disabled"),
        ({"type": "home", "title": plain("a"), "blocks": []}, "invalid additional property: title"),
        ({"type": "home", "blocks": [{"type": "markdown", "text": "a"}]}, "unsupported type"),
    ],
)
def test_s16_views_beyond_a_limit_are_named(view: Json, said: str) -> None:
    assert any(said in sentence for sentence in view_problems(view)), view_problems(view)


def test_s16_what_is_at_its_limit_is_taken() -> None:
    text = {"type": "mrkdwn", "text": "> citat\n*x* &amp; <@UVERA> <https://e.dk/?a=1|navn> 👩‍🔬"}
    assert (
        problems([{"type": "section", "text": text}, section("x" * 3000), actions(button("x" * 75))], "message") == []
    )
    assert view_problems(modal(field("q", {"type": "radio_buttons", "options": options(10)}))) == []
