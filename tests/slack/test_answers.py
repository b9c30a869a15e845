"""What people press, send and command is answered where they did it (S7)."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channel import CLOSED, Button, Choice, Door, Field, Incoming, Message, Part, Reply
from bot.channels.slack.answers import placed_errors
from bot.channels.slack.client import client
from bot.channels.slack.view import view as drawn
from tests.slack.fake import FakeSlack, View, answered
from tests.slack.fake.faults import DROP_AFTER, Refusal
from tests.slack.fake.views import show, view_json
from tests.slack.inbound_fakes import (
    JOBS,
    LEO,
    TEAM,
    VERA,
    WORDS,
    Entrance,
    Hands,
    a_button,
    asking,
    built,
    entrance,
    in_chat,
    populate,
    telling,
    with_form,
)
from tests.slack.payloads import command, event, press


@pytest.fixture
async def way() -> AsyncIterator[Entrance]:
    async with entrance() as made:
        yield made


async def test_a_press_in_the_chat_opens_the_form(way: Entrance) -> None:
    way.replies(asking())
    answered(await way.vera.presses(await in_chat(way, "door1|open"), "door1|open"))
    await way.inbound.idle()
    last = way.conversation.last
    assert (last.card, last.button, last.form) == ("door1", "open", "may_open")
    assert way.vera.modal.title == "Logbog"
    assert way.freshened == []


async def test_a_press_with_nothing_to_open_is_answered_for_one_person_s_eyes(way: Entrance) -> None:
    way.replies(note="Det her er allerede besvaret. <!channel> *fed*")
    shown = await in_chat(way, place=JOBS)
    answered(await way.vera.presses(shown, "card1|yes"))
    await way.inbound.idle()
    (seen,) = way.slack.ephemerals_of(VERA)
    assert seen.channel == JOBS
    assert "allerede besvaret" in seen.text
    assert "<!channel>" not in seen.text
    assert way.slack.ephemerals_of(LEO) == []


async def test_errors_of_a_press_in_the_chat_are_said_there(way: Entrance) -> None:
    way.replies(errors={"q": "Skriv et tal."})
    answered(await way.vera.presses(await in_chat(way), "card1|yes"))
    await way.inbound.idle()
    assert [seen.text for seen in way.slack.ephemerals_of(VERA)] == ["Skriv et tal."]


async def test_s7_errors_stand_at_their_questions(way: Entrance) -> None:
    fields = (Field("q.what", "long", "Hvad?", required=True), Field("q.who", "text", "Hvem?"))
    await with_form(way, asking("card7", *fields))
    way.replies(errors={"q.who": "Skriv et navn."})
    delivery = await way.vera.submits({"q.what": "svar"})
    assert answered(delivery).json() == {"response_action": "errors", "errors": {"q.who": "Skriv et navn."}}
    assert way.vera.modal.errors == {"q.who": "Skriv et navn."}
    last = way.conversation.last
    assert (last.card, last.button, last.form) == ("card7", "send", "open")
    assert last.values == {"q.what": "svar", "q.who": ""}


async def test_s7_an_error_at_no_question_of_the_form_stands_at_the_first(way: Entrance) -> None:
    fields = (Field("q.what", "long", "Hvad?", required=True), Field("q.who", "text", "Hvem?"))
    await with_form(way, asking("card7", *fields))
    way.replies(errors={"q.gone": "Et.", "q.what": "To.", "": "Tre."})
    await way.vera.submits({"q.what": "svar"})
    assert way.vera.modal.errors == {"q.what": "To. Et. Tre."}


def test_s7_an_error_stands_at_what_is_asked_and_nowhere_else() -> None:
    form = {"blocks": [{"type": "section", "block_id": "q.old"}, {"type": "input", "block_id": "q.new"}, "x", {}]}
    assert placed_errors(form, {"q.old": "Et."}) == {"q.new": "Et."}
    assert placed_errors(form, {"q.new": "Et.", "": "Et."}) == {"q.new": "Et."}
    for nothing in ({}, {"blocks": None}, {"blocks": [{"type": "section", "block_id": "q"}]}):
        assert placed_errors(nothing, {"q": "Et."}) == {}


async def test_s7_a_form_goes_on_with_the_next_step(way: Entrance) -> None:
    await with_form(way)
    way.replies(asking("card2", Field("q.next", "text", "Og så?")))
    delivery = await way.vera.submits({"q.what": "svar"})
    assert json.loads(answered(delivery).text)["response_action"] == "update"
    await way.inbound.idle()
    assert "Og så?" in way.vera.modal.words()
    assert way.called("views.update") == 0
    assert way.freshened == []


async def test_s7_a_form_that_is_done_closes_and_the_home_is_fresh(way: Entrance) -> None:
    await with_form(way)
    way.replies()
    delivery = await way.vera.submits({"q.what": "svar"})
    await way.inbound.idle()
    assert answered(delivery).json() == {"response_action": "clear"}
    assert way.slack.view_of(VERA) is None
    assert way.freshened == [(TEAM, VERA)]


async def test_s7_a_note_stands_in_the_form(way: Entrance) -> None:
    await with_form(way)
    way.replies(note="Det her er allerede besvaret.")
    await way.vera.submits({"q.what": "svar"})
    assert "allerede besvaret" in way.vera.modal.words()


async def test_s7_an_identifier_is_asked_about_in_the_form(way: Entrance) -> None:
    await with_form(way)
    offers = (Button("mask", "Skjul det", sends=True), Button("keep", "Det er ikke et cpr-nummer", sends=True))
    way.replies(errors={"q.what": "Det ligner et cpr-nummer."}, identifiers=["q.what"], offers=offers)
    await way.vera.submits({"q.what": "010165-0000 hej"})
    assert "Det ligner et cpr-nummer." in way.vera.modal.words()
    way.replies()
    await way.vera.submits({"_leave": "keep"})
    last = way.conversation.last
    assert (last.leave, last.leaves) == ("keep", ["q.what"])
    assert last.values == {"q.what": "010165-0000 hej"}


async def test_s7_a_choice_is_the_button_that_was_pressed(way: Entrance) -> None:
    buttons = (Button("share", "Del", choice=True), Button("keep", "Behold", choice=True))
    shown = Message((Part("Deling", "title"), Part("Vil du dele?", "asked")), "Deling", card="card5", buttons=buttons)
    await with_form(way, shown)
    way.replies()
    await way.vera.submits({"_choice": "share"})
    assert (way.conversation.last.card, way.conversation.last.button) == ("card5", "share")
    assert way.conversation.last.values == {}


async def test_s7_a_dead_trigger_is_no_error_and_the_card_can_be_pressed_again(
    way: Entrance, caplog: pytest.LogCaptureFixture
) -> None:
    shown = await in_chat(way, "door1|open")

    def slowly(incoming: Incoming) -> Reply:
        way.clock.wait(4)
        return Reply(shows=(asking(),))

    way.conversation.reply = slowly
    with structlog.testing.capture_logs() as logs:
        answered(await way.vera.presses(shown, "door1|open"))
        await way.inbound.idle()
    assert way.slack.view_of(VERA) is None
    assert {"method": "views.open", "code": "expired_trigger_id"}.items() <= logs[-1].items()
    way.replies(asking())
    answered(await way.vera.presses(shown, "door1|open"))
    await way.inbound.idle()
    assert way.vera.modal.title == "Logbog"


async def test_s7_too_late_by_our_own_watch_slack_is_not_even_asked() -> None:
    async with entrance(late=-1) as way:
        way.replies(asking())
        answered(await way.vera.presses(await in_chat(way, "door1|open"), "door1|open"))
        await way.inbound.idle()
        assert way.called("views.open") == 0
        assert len(way.conversation.effects) == 1


async def test_s7_a_form_that_slack_gave_up_waiting_for_still_goes_on() -> None:
    async with entrance(late=-1) as way:
        open_now = show(way.slack, VERA, TEAM, drawn([asking()], partial(WORDS.text, "da")), "opened")
        way.replies(asking("card2", Field("q.next", "text", "Og så?")))
        sent = {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": VERA, "team_id": TEAM}}
        body = sent | {"trigger_id": "1.2.3", "view": view_json(way.slack, open_now, {})}
        # The answer of this request is lost on the way.
        assert (await way.inbound.dispatch(body))[0] == 200
        await way.inbound.idle()
        assert "Og så?" in way.vera.modal.words()


async def test_the_house_hears_when_a_form_is_put_down(way: Entrance) -> None:
    await with_form(way, replace(asking(), door=Door("talk1", "Fortsæt")))
    delivery = await way.vera.closes()
    assert delivery is not None
    assert answered(delivery).text == ""
    last = way.conversation.last
    assert (last.kind, last.card, last.button, last.form) == ("press", "card1", CLOSED, "")


async def test_a_button_in_a_form_changes_the_form(way: Entrance) -> None:
    await with_form(way)
    way.replies(asking("card0", Field("q.before", "text", "Og før?")), note="Du er gået tilbage.")
    answered(await way.vera.presses(way.vera.modal, "card1|back", values={"q.what": "halvt"}))
    await way.inbound.idle()
    assert way.conversation.last.values == {"q.what": "halvt"}
    assert way.conversation.last.form == "open"
    assert "Og før?" in way.vera.modal.words()
    assert "Du er gået tilbage." in way.vera.modal.words()


async def test_a_second_click_in_a_form_that_has_changed_changes_nothing(way: Entrance) -> None:
    await with_form(way)
    first = way.vera.modal
    old = json.loads(json.dumps(first.body)), first.hash
    way.replies(asking("card0", Field("q.before", "text", "Og før?")))
    answered(await way.vera.presses(first, "card1|back"))
    await way.inbound.idle()

    stale = View(first.id, TEAM, VERA, old[0], old[1])
    way.replies(note="Det her er allerede besvaret.")
    answered(await way.vera.presses(stale, "card1|back", old=True))
    await way.inbound.idle()
    assert "Og før?" in way.vera.modal.words()


async def test_errors_of_a_button_in_a_form_stand_in_it(way: Entrance) -> None:
    await with_form(way)
    way.replies(errors={"q.what": "Skriv lidt mere."})
    answered(await way.vera.presses(way.vera.modal, "card1|back", values={"q.what": "halvt"}))
    await way.inbound.idle()
    assert "Skriv lidt mere." in way.vera.modal.words()
    (value,) = [element for _, element in way.vera.modal.elements() if element["type"] == "plain_text_input"]
    assert value["initial_value"] == "halvt"


async def test_a_form_with_nothing_more_to_show_says_where_the_answer_is(way: Entrance) -> None:
    await with_form(way)
    way.replies()
    answered(await way.vera.presses(way.vera.modal, "card1|back"))
    await way.inbound.idle()
    assert WORDS.text("da", "channel.answered_privately") in way.vera.modal.words()


async def test_a_button_on_the_home_opens_a_form_and_the_home_is_fresh(way: Entrance) -> None:

    body = {"type": "home", "blocks": [{"type": "actions", "elements": [a_button("home1|goal")]}]}
    token = way.slack.token_of(TEAM).value
    await client(token, way.slack.base_url).views_publish(user_id=VERA, view=body)
    way.replies(asking())
    answered(await way.vera.presses(way.vera.home, "home1|goal"))
    await way.inbound.idle()
    assert way.conversation.last.form == "open"
    assert way.vera.modal.title == "Logbog"
    assert way.freshened == [(TEAM, VERA)]
    way.replies(note="Sat på pause.")
    answered(await way.vera.presses(way.vera.home, "home1|goal"))
    await way.inbound.idle()
    assert "Sat på pause." in way.vera.modal.words()


async def test_a_command_is_answered_in_the_private_chat(way: Entrance) -> None:
    delivery = await way.vera.commands("/vidsyn", "", channel=JOBS)
    said = {"response_type": "ephemeral", "text": WORDS.text("da", "channel.answered_privately")}
    assert answered(delivery).json() == said
    assert (way.conversation.last.text, way.conversation.last.form) == ("help", "may_open")
    assert way.conversation.last.sender.place == VERA


async def test_a_command_opens_a_form_and_says_nothing(way: Entrance) -> None:
    way.replies(asking())
    delivery = await way.vera.commands("/vidsyn", "logbog")
    await way.inbound.idle()
    assert answered(delivery).text == ""
    assert way.conversation.last.text == "logbog"
    assert way.vera.modal.title == "Logbog"


async def test_the_shortcut_shows_what_was_answered(way: Entrance) -> None:
    way.replies(telling("Du er hos Teknik og Miljø."))
    answered(await way.vera.shortcut("vidsyn_open"))
    await way.inbound.idle()
    assert (way.conversation.last.text, way.conversation.last.form) == ("status", "open")
    assert "Du er hos Teknik og Miljø." in way.vera.modal.words()


async def test_the_shortcut_says_it_when_the_answer_is_elsewhere(way: Entrance) -> None:
    answered(await way.vera.shortcut("vidsyn_open"))
    await way.inbound.idle()
    assert WORDS.text("da", "channel.answered_privately") in way.vera.modal.words()


async def test_a_colleague_who_is_chosen_becomes_a_person_of_ours(way: Entrance) -> None:
    way.people.known = {(TEAM, LEO): "person-leo"}
    await with_form(way, asking("card1", Field("q.leader", "person", "Hvem?", required=True)))
    way.replies()
    answered(await way.vera.submits({"q.leader": LEO}))
    assert way.conversation.last.values == {"q.leader": "person-leo"}
    assert way.people.asked == [(TEAM, LEO)]


async def test_one_who_cannot_be_a_person_of_ours_is_refused_at_the_question(way: Entrance) -> None:
    await with_form(way, asking("card1", Field("q.leader", "person", "Hvem?", required=True)))
    came = len(way.conversation.came)
    answered(await way.vera.submits({"q.leader": LEO}))
    assert way.vera.modal.errors == {"q.leader": WORDS.text("da", "slack.no_colleague")}
    assert len(way.conversation.came) == came


async def test_who_was_chosen_before_is_shown_as_a_user_of_the_workspace(way: Entrance) -> None:
    way.people.known = {(TEAM, LEO): "person-leo"}
    chosen = Field("q.leader", "person", "Hvem?", value="person-leo", choices=(Choice("person-leo", "Leo"),))
    await with_form(way, asking("card1", chosen))
    (element,) = [element for _, element in way.vera.modal.elements() if element["type"] == "users_select"]
    assert element["initial_user"] == LEO


@pytest.mark.parametrize("fault", [Refusal("view_too_large"), DROP_AFTER])
async def test_what_slack_does_not_show_is_no_failure(way: Entrance, fault: Any) -> None:
    way.replies(asking())
    way.slack.fail_next("views.open", fault)
    answered(await way.vera.presses(await in_chat(way), "card1|yes"))
    await way.inbound.idle()
    assert len(way.conversation.effects) == 1


async def test_a_home_that_cannot_be_drawn_is_no_failure() -> None:
    async def never(tenant: str, user: str) -> None:
        raise RuntimeError("no")

    clock = Hands()

    slack = FakeSlack(clock)
    populate(slack)
    way = built(slack, clock, after=never)
    body = event("app_home_opened", user=VERA, channel="D1", tab="home")
    assert await way.inbound.dispatch(body) == (200, None)
    await way.inbound.idle()


async def test_a16_an_address_in_a_payload_is_never_called(way: Entrance) -> None:
    called: list[str] = []

    async def evil(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", evil)
    async with TestServer(app) as elsewhere:
        url = str(elsewhere.make_url("/hook"))

        for body in (
            press(response_url=url, team={"id": TEAM}, user={"id": VERA, "team_id": TEAM}),
            command(response_url=url, team_id=TEAM, user_id=VERA),
        ):
            for reply in (Reply(), Reply(note="x"), Reply(shows=(asking(),))):
                way.conversation.reply = reply
                status, _ = await way.inbound.dispatch(body)
                assert status == 200
        await way.inbound.idle()
    assert called == []
