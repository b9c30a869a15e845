"""What Slack sends becomes what somebody did, and what does not fit becomes nothing."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channel import CLOSED, Address, Incoming
from bot.channels.slack import read
from bot.channels.slack.marks import plain
from bot.channels.slack.payload import bot_user, enterprise, metadata, team
from bot.channels.slack.read import Heard, Where
from bot.channels.slack.state import filled
from dialogs.commands import Command, understand
from tests.slack.payloads import (
    BOT,
    CHANNEL,
    DM,
    ORG,
    PERSON,
    TEAM,
    TRIGGER,
    Body,
    closing,
    command,
    event,
    mention,
    message,
    press,
    press_in,
    shortcut,
    submission,
    view,
)  # fmt: skip

VERA = Address("slack", TEAM, PERSON)


def heard(found: Heard | None) -> Heard:
    assert found is not None
    return found


# --- what is said --------------------------------------------------------------------------------


def test_a_private_message() -> None:
    found = heard(read.said(message("Jeg glæder mig")))
    assert found.incoming == Incoming(VERA, f"{TEAM}:5f2c-msg", "text", "Jeg glæder mig")
    assert found.where == Where(TEAM, "", PERSON, channel=DM)
    assert not found.stranger


def test_s8_one_gesture_heard_twice_is_one_event() -> None:
    alone, named = heard(read.said(message(f"<@{BOT}> hej"))), heard(read.said(mention(channel=DM)))
    again = heard(read.said(message(id="Ev0009", ts="1778148009.000200")))
    assert alone.incoming == named.incoming
    assert again.incoming.event == alone.incoming.event
    assert heard(read.said(mention())).incoming.event == alone.incoming.event


def test_words_in_a_channel_are_never_the_answer_to_a_question() -> None:
    assert heard(read.said(mention())).incoming.kind == "command"
    assert heard(read.said(mention(channel=DM))).incoming.kind == "text"


def test_s8_without_the_client_s_id_the_event_s_own_counts() -> None:
    body = message(id="Ev77")
    del body["event"]["client_msg_id"]
    assert heard(read.said(body)).incoming.event == f"{TEAM}:Ev77"


def test_a_mention_is_answered_where_it_was_said() -> None:
    found = heard(read.said(mention(f"Hej <@{BOT}>, hjælp mig")))
    assert found.incoming.text == "Hej hjælp mig"
    assert found.where.channel == CHANNEL


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_a_file_is_a_message_too(subtype: str) -> None:
    found = heard(read.said(message("", subtype=subtype, files=[{"id": "F1"}])))
    assert found.incoming.text == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"subtype": "bot_message"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"subtype": "an_invention"},
        {"bot_id": "B1"},
        {"hidden": True},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"user": ""},
        {"user": None},
        {"user": {"id": PERSON}},
        {"channel_type": "channel"},
        {"channel_type": "mpim"},
        {"channel_type": None},
    ],
)
def test_what_nobody_wrote_to_us_is_left_alone(changes: Body) -> None:
    assert read.said(message(**changes)) is None


def test_a_mention_by_a_bot_is_left_alone() -> None:
    assert read.said(mention(bot_id="B1")) is None
    assert read.said(mention(user=BOT)) is None


@pytest.mark.parametrize("tab", ["home", "messages"])
def test_somebody_arrives(tab: str) -> None:
    found = heard(read.arrived(event("app_home_opened", user=PERSON, channel=DM, tab=tab)))
    assert found.incoming == Incoming(VERA, f"{TEAM}:Ev0001", "arrive")
    assert read.arrived(event("app_home_opened", user=BOT, tab=tab)) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("&amp;lt;", "&lt;"),
        ("<https://example.org/a?b=1&amp;c=2>", "https://example.org/a?b=1&c=2"),
        ("<http://vejle.dk|vejle.dk>", "vejle.dk"),
        ("<mailto:bo@vejle.dk|bo@vejle.dk>", "bo@vejle.dk"),
        ("<mailto:bo@vejle.dk>", "bo@vejle.dk"),
        ("<tel:+4512345678|12345678>", "12345678"),
        ("<@U0BO|bo>", "@bo"),
        ("<@U0BO>", "@U0BO"),
        ("<#C0JOBS|jobbytte>", "#jobbytte"),
        ("<!here>", "@here"),
        ("<!subteam^S1|@hr>", "@hr"),
        (f"<@{BOT}> hjælp", "hjælp"),
        (f"<@{BOT}|vidsyn>: hjælp", "hjælp"),
        (f"<@{BOT}>", ""),
        ("5 < 6 &gt; 4", "5 < 6 > 4"),
        ("<>", ""),
        ("<", "<"),
        ("*fed* og _skrå_ :smile:", "*fed* og _skrå_ :smile:"),
        ("en\nto", "en\nto"),
    ],
)
def test_words_as_they_were_typed(typed: str, said: str) -> None:
    assert plain(typed, BOT) == said


@given(st.text())
def test_any_words_that_slack_escaped_come_out_as_typed(typed: str) -> None:
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain(escaped, "") == typed


# --- what is pressed -----------------------------------------------------------------------------


def test_a_button_in_a_message() -> None:
    found = heard(read.pressed(press("card:1|yes")))
    expected = Incoming(VERA, f"{TEAM}:{TRIGGER}", "press", card="card:1", button="yes", form="may_open")
    assert found.incoming == expected
    assert found.where == Where(TEAM, "", PERSON, channel=DM, trigger=TRIGGER)


def test_what_is_filled_in_beside_the_button_goes_with_it() -> None:
    state = {"values": {"q.when": {"value": {"type": "datepicker", "selected_date": "2026-05-07"}}}}
    assert heard(read.pressed(press(state=state))).incoming.values == {"q.when": "2026-05-07"}


@pytest.mark.parametrize(("kind", "home"), [("modal", False), ("home", True)])
def test_a_button_in_a_view_is_answered_there(kind: str, home: bool) -> None:
    body = press_in(view(type=kind, values={"q": {"value": {"type": "plain_text_input", "value": "halvt"}}}))
    found = heard(read.pressed(body))
    assert found.incoming.form == "open"
    assert found.incoming.values == {"q": "halvt"}
    assert (found.incoming.card, found.incoming.button) == ("card1", "back")
    assert found.where == Where(TEAM, "", PERSON, trigger=TRIGGER, view="V0001", hash="1778148000.h4sh", home=home)
    assert found.form == body["view"]


def test_a_choice_in_a_menu_of_buttons_is_a_press() -> None:
    body = press()
    body["actions"] = [{"type": "overflow", "selected_option": {"value": "card9|share"}}]
    assert heard(read.pressed(body)).incoming.button == "share"


@pytest.mark.parametrize(
    "actions",
    [
        [],
        None,
        {},
        "x",
        [None],
        [{"type": "static_select", "selected_option": {"value": "card|yes"}}],
        [{"type": "radio_buttons", "selected_option": {"value": "card|yes"}}],
        [{"type": "datepicker", "selected_date": "2026-05-07"}],
        [{"type": "button"}],
        [{"type": "button", "value": ""}],
        [{"type": "button", "value": "card"}],
        [{"type": "button", "value": "|yes"}],
        [{"type": "button", "value": "card|"}],
        [{"type": "button", "value": 7}],
        [{"type": "button", "action_id": "press:0", "url": "https://outlook.office.com/calendar/0/deeplink/compose"}],
    ],
)
def test_what_is_no_button_does_nothing_by_itself(actions: Any) -> None:
    assert read.pressed(press() | {"actions": actions}) is None


# --- forms ---------------------------------------------------------------------------------------


def option(value: str) -> Body:
    return {"text": {"type": "plain_text", "text": "…"}, "value": value}


INPUTS: list[tuple[Body, Any]] = [
    ({"type": "plain_text_input", "value": "Æ & <ø>\n"}, "Æ & <ø>\n"),
    ({"type": "plain_text_input", "value": None}, ""),
    ({"type": "plain_text_input"}, ""),
    ({"type": "email_text_input", "value": "bo@vejle.dk"}, "bo@vejle.dk"),
    ({"type": "number_input", "value": "4"}, "4"),
    ({"type": "url_text_input", "value": "https://vejle.dk"}, "https://vejle.dk"),
    ({"type": "static_select", "selected_option": option("a")}, "a"),
    ({"type": "static_select", "selected_option": None}, ""),
    ({"type": "radio_buttons", "selected_option": option("b")}, "b"),
    ({"type": "radio_buttons", "selected_option": None}, ""),
    ({"type": "checkboxes", "selected_options": [option("a"), option("b")]}, ["a", "b"]),
    ({"type": "checkboxes", "selected_options": []}, []),
    ({"type": "multi_static_select", "selected_options": [option("a")]}, ["a"]),
    ({"type": "datepicker", "selected_date": "2026-05-07"}, "2026-05-07"),
    ({"type": "datepicker", "selected_date": None}, ""),
    ({"type": "timepicker", "selected_time": "16:00", "timezone": "Europe/Copenhagen"}, "16:00"),
    ({"type": "timepicker", "selected_time": None}, ""),
    ({"type": "channels_select", "selected_channel": "C1"}, "C1"),
    ({"type": "users_select", "selected_user": None}, ""),
    ({"type": "plain_text_input", "value": 7}, ""),
    ({"type": "checkboxes", "selected_options": "x"}, []),
    ({"type": "checkboxes", "selected_options": [None, {"value": 1}, option("a")]}, ["a"]),
    ({"type": "static_select", "selected_option": "x"}, ""),
]


@pytest.mark.parametrize(("element", "raw"), INPUTS)
def test_every_kind_of_input(element: Body, raw: Any) -> None:
    found = filled({"values": {"q": {"value": element}}})
    assert found.values == {"q": raw}
    assert found.users == {}


@pytest.mark.parametrize(
    "block",
    [
        None, "x", [], {}, {"value": None}, {"value": []}, {"other": {"type": "plain_text_input", "value": "x"}},
        {"value": {"type": "an_invention", "value": "x"}}, {"value": {"type": []}}, {"value": {}},
    ],
)  # fmt: skip
def test_what_is_no_input_of_ours_is_left_out(block: Any) -> None:
    found = filled({"values": {"q": block}})
    assert (found.values, found.users) == ({}, {})


@pytest.mark.parametrize("state", [None, [], "x", {}, {"values": None}, {"values": []}])
def test_a_state_that_is_none_is_empty(state: Any) -> None:
    assert filled(state).values == {}


def test_a_slack_user_is_told_apart_from_what_is_typed() -> None:
    values = {
        "q.leader": {"value": {"type": "users_select", "selected_user": "U0BO"}},
        "q.why": {"value": {"type": "plain_text_input", "value": "U0BO"}},
    }
    found = heard(read.submitted(submission(view(values=values))))
    assert found.users == {"q.leader": "U0BO"}
    assert found.incoming.values == {"q.why": "U0BO"}


def test_a_form_that_is_sent() -> None:
    values = {"q": {"value": {"type": "plain_text_input", "value": "svar"}}}
    found = heard(read.submitted(submission(view("card1", "submit", values))))
    assert found.incoming == Incoming(
        VERA, f"{TEAM}:{TRIGGER}", "press", card="card1", button="submit", values={"q": "svar"}, form="open"
    )
    assert found.where.view == "V0001"


def test_what_is_chosen_in_the_list_is_the_button_that_was_pressed() -> None:
    values = {"_choice": {"value": {"type": "radio_buttons", "selected_option": option("share")}}}
    found = heard(read.submitted(submission(view("card1", "submit", values))))
    assert found.incoming.button == "share"
    assert found.incoming.values == {}


@pytest.mark.parametrize("leave", ["mask", "keep"])
def test_what_to_do_with_an_identifier(leave: str) -> None:
    values = {
        "_leave": {"value": {"type": "radio_buttons", "selected_option": option(leave)}},
        "q": {"value": {"type": "plain_text_input", "value": "010165-0000"}},
    }
    found = heard(read.submitted(submission(view(values=values, leaves=["q"])))).incoming
    assert (found.leave, found.leaves, found.values) == (leave, ["q"], {"q": "010165-0000"})


@pytest.mark.parametrize("leave", ["", "drop", "MASK"])
def test_a9_another_word_about_an_identifier_is_none(leave: str) -> None:
    values = {"_leave": {"value": {"type": "radio_buttons", "selected_option": option(leave)}}}
    assert heard(read.submitted(submission(view(values=values, leaves=["q"])))).incoming.leave == ""


def test_without_a_word_about_it_no_identifier_is_kept() -> None:
    assert heard(read.submitted(submission(view(leaves=["q"])))).incoming.leaves == []


def test_a_form_that_is_closed_was_put_down() -> None:
    values = {"q": {"value": {"type": "plain_text_input", "value": "halvt"}}}
    found = heard(read.closed(closing(view(values=values))))
    assert found.incoming == Incoming(
        VERA, f"{TEAM}:closed:V0001:1778148000.h4sh", "press", card="card1", button=CLOSED
    )


@pytest.mark.parametrize(
    "about", ["", "x", "null", "[]", "{}", '{"card": 1, "button": "x"}', '{"card": ""}', "[" * 3000, None, 7]
)
def test_a9_a_form_that_says_nothing_of_itself_is_left_alone(about: Any) -> None:
    shown = view() | {"private_metadata": about}
    assert read.submitted(submission(shown)) is None
    assert read.closed(closing(shown)) is None


@pytest.mark.parametrize("leaves", ["null", '"q"', "1", "{}", "[1, null, {}]"])
def test_a9_leaves_that_are_no_list_of_keys_are_none(leaves: str) -> None:
    values = {"_leave": {"value": {"type": "radio_buttons", "selected_option": option("keep")}}}
    shown = view(values=values) | {"private_metadata": f'{{"card": "c", "button": "b", "leaves": {leaves}}}'}
    assert heard(read.submitted(submission(shown))).incoming.leaves == []
    assert metadata(shown)["card"] == "c"


# --- commands and shortcuts ----------------------------------------------------------------------


def test_a_command() -> None:
    found = heard(read.command(command("  mine data &amp; mere ")))
    assert found.incoming == Incoming(VERA, f"{TEAM}:{TRIGGER}", "command", "mine data & mere", form="may_open")
    assert found.where == Where(TEAM, "", PERSON, channel=CHANNEL, trigger=TRIGGER)


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_a_command_without_words_asks_for_help(text: str) -> None:
    said = heard(read.command(command(text))).incoming.text
    assert understand(said, asking_for_text=True) is Command.HELP


def test_the_shortcut_shows_how_things_stand() -> None:
    found = heard(read.shortcut(shortcut()))
    assert found.incoming == Incoming(VERA, f"{TEAM}:{TRIGGER}", "command", "status", form="open")
    assert understand(found.incoming.text, asking_for_text=False) is Command.STATUS


# --- who and where -------------------------------------------------------------------------------

ORG_WIDE = {
    "authorizations": [
        {"enterprise_id": ORG, "team_id": None, "user_id": BOT, "is_bot": True, "is_enterprise_install": True}
    ],
    "enterprise_id": ORG,
}


def test_s13_installed_for_a_whole_organisation() -> None:
    body = message(body=ORG_WIDE, user_team="T0BBB", source_team="T0BBB")
    found = heard(read.said(body))
    assert (team(body), enterprise(body), bot_user(body)) == (TEAM, ORG, BOT)
    assert found.where.enterprise == ORG
    assert found.incoming.sender.tenant == TEAM
    assert not found.stranger


def test_s13_a_press_without_a_team() -> None:
    body = press(team=None, enterprise={"id": ORG, "name": "Region"}, is_enterprise_install=True)
    found = heard(read.pressed(body))
    assert (found.where.tenant, found.where.enterprise) == (TEAM, ORG)
    assert not found.stranger


def test_s13_a_form_without_a_team() -> None:
    body = submission(team=None, enterprise={"id": ORG}, is_enterprise_install=True)
    body["user"] = {"id": PERSON}
    assert heard(read.submitted(body)).where.tenant == TEAM


def test_s13_a_command_says_it_in_words() -> None:
    found = heard(read.command(command(is_enterprise_install="true", enterprise_id=ORG)))
    assert (found.where.enterprise, found.stranger) == (ORG, False)


@pytest.mark.parametrize(("said", "mine"), [({"is_bot": True}, True), ({}, True), ({"is_bot": False}, False)])
def test_the_bot_s_own_messages_are_told_by_its_user(said: Body, mine: bool) -> None:
    grant = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, **said}
    found = read.said(message(user=BOT, body={"authorizations": [grant]}))
    assert (found is None) == mine


@pytest.mark.parametrize("home", ["T0ELSE", "E0ELSE"])
def test_somebody_from_another_workspace_is_a_stranger(home: str) -> None:
    body = mention(body={"is_ext_shared_channel": True}, user_team=home, source_team=home)
    found = heard(read.said(body))
    assert found.stranger
    assert found.incoming.sender == Address("slack", home, PERSON)
    assert found.where.tenant == TEAM


def test_a_stranger_who_presses() -> None:
    found = heard(read.pressed(press(user={"id": "U0ELSE", "team_id": "T0ELSE"})))
    assert found.stranger
    assert found.incoming.sender == Address("slack", "T0ELSE", "U0ELSE")
    assert found.where.tenant == TEAM


def test_a_stranger_in_a_channel_that_a_whole_organisation_shares_with_others() -> None:
    body = mention(body=ORG_WIDE | {"is_ext_shared_channel": True}, user_team="T0ELSE")
    assert heard(read.said(body)).stranger
    at_home = mention(body=ORG_WIDE | {"is_ext_shared_channel": True}, user_team=ORG)
    assert not heard(read.said(at_home)).stranger


READERS: dict[str, tuple[Callable[[Any], Heard | None], Callable[[], Body]]] = {
    "message": (read.said, message),
    "mention": (read.said, mention),
    "arrival": (read.arrived, lambda: event("app_home_opened", user=PERSON, tab="home")),
    "press": (read.pressed, press),
    "press in a form": (read.pressed, lambda: press_in(view())),
    "form": (read.submitted, submission),
    "closed form": (read.closed, closing),
    "command": (read.command, command),
    "shortcut": (read.shortcut, shortcut),
}


def paths(body: Any, to: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [path for name, value in inner for path in ((*to, name), *paths(value, (*to, name)))]


def put(body: Body, path: tuple[Any, ...], value: Any) -> Body:
    changed: Any = copy.deepcopy(body)
    inside = changed
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value
    return dict(changed)


RUBBISH: list[Any] = [None, 7, 1.5, True, "", "x", [], ["x"], {}, {"id": 7}, {"id": "x"}]


@pytest.mark.parametrize("reader", READERS)
def test_s2_whatever_stands_in_any_one_place_is_no_error(reader: str) -> None:
    read_it, make = READERS[reader]
    for path in paths(make()):
        for value in RUBBISH:
            found = read_it(put(make(), path, value))
            if found is not None:
                assert found.incoming.sender.tenant
                assert found.incoming.sender.place
                assert found.incoming.event.startswith(f"{found.where.tenant}:")


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@pytest.mark.parametrize("reader", READERS)
@given(body=ANY_JSON)
@settings(max_examples=40)
def test_s2_any_value_at_all_is_no_error(reader: str, body: Any) -> None:
    assert READERS[reader][0](body) is None


@pytest.mark.parametrize("reader", READERS)
def test_s21_what_was_heard_shows_no_words_when_it_is_printed(reader: str) -> None:
    read_it, make = READERS[reader]
    assert "private_metadata" not in repr(heard(read_it(make())))
