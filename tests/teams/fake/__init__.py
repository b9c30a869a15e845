"""A Microsoft Teams of our own, as strict as the real one. Knows nothing of the bot.

One server on 127.0.0.1 plays the login service, the Bot Framework's keys, the connector and Graph; people press and
type; everything runs on the clock that it is given.

    async with FakeTeams(clock) as teams:                    # or await teams.start() and await teams.stop()
        teams.app                                            # App: id, secret, tenant
        teams.base_url, teams.host, teams.openid_url, teams.login_url, teams.graph_url
        teams.service_url                                    # ends with "/"; teams.region = "amer" moves it
        teams.identity_url, teams.tokens.header, teams.imds_url
        teams.tell("http://127.0.0.1:8080/teams/messages")   # patience=0.2, repeats=True as in T7

Setting the scene (nobody is told):
    add_tenant(id, name); add_user(name, tenant, aad=…, locale=…, zone=…, manager=<aad>, guest=True, …) -> User;
    install(user) -> Chat; add_team(name, members=[aad], installed=True) -> Team; add_channel(team, name) -> Chat;
    consent.add(tenant) lets Graph answer; disabled.add(tenant) is BotDisabledByAdmin; app.secret may be changed.

People, each gesture returns its Delivery (activity, raw, headers, answer, again); answered(delivery) must be 2xx:
    vera = teams.person(user)
    await vera.installs() / uninstalls() / upgrades("add-upgrade"); vera.blocks() / unblocks()
    await vera.says("hej") / says_in(channel, "hjælp", under=post) / edits(delivery, text) / deletes(delivery)
    await vera.reacts(post) / sends({"type": …})             # any activity; None takes a field away
    await vera.presses(post, "Ja", {"answer:goal": "…"})     # as_old_client=True, screen=post.history[0]
    await vera.submits("Videre", {…}); vera.closes()         # the dialog in front; there is never more than one
    vera.posts, vera.last, vera.card(post), vera.reads(post), vera.buttons(post), vera.notes, vera.dialog, vera.dialogs
    await teams.admin.adds_to(team, by) / removes_from / creates_channel / renames_channel / deletes_channel / …

What stands in the chats:
    teams.posts(aad, channel or conversation) -> [Posted]; in a channel replies hang under their post
    teams.card_of(aad, post), text_of(card), labels(card), teams.assert_no_words("canary", …)

Trouble, by operation, conversation or "*" (see `fail_next` for the names of the operations):
    teams.fail_next("send", T10["Throttled after"], DROP_AFTER, AcceptThen(500)); teams.fail_always("keys", Refuse(500))
    teams.limits (T12; .off, .says_when), teams.keys.roll(), teams.keys.current.endorsements = (), teams.tokens.forget()
    teams.twice = "same id" | "new id"; await teams.replay(delivery); await teams.post_raw(b"…", token="")
    await teams.send(activity, token=teams.keys.token(url, {"aud": None}, key=…, headers=…))

What was asked: teams.ledger.calls, .of("send"), .count("openid"), .accepted, .refused, .accepted_in(conversation);
each Called has at, what, where, tenant, status, accepted, code, why, reference, body, address.

Rules of our own house, not of Teams (`teams.house_rules = False` lifts them; they are refused as 400 HouseRule): a
message in a personal chat has a summary, and no text field of a card in a chat is filled in.
"""

from tests.teams.fake.activities import CARD as CARD
from tests.teams.fake.cards import problems as problems
from tests.teams.fake.faults import DROP_AFTER as DROP_AFTER
from tests.teams.fake.faults import DROP_BEFORE as DROP_BEFORE
from tests.teams.fake.faults import FINE as FINE
from tests.teams.fake.faults import T10 as T10
from tests.teams.fake.faults import AcceptThen as AcceptThen
from tests.teams.fake.faults import Drop as Drop
from tests.teams.fake.faults import Garbage as Garbage
from tests.teams.fake.faults import Hang as Hang
from tests.teams.fake.faults import Redirect as Redirect
from tests.teams.fake.faults import Refuse as Refuse
from tests.teams.fake.forms import labels as labels
from tests.teams.fake.forms import text_of as text_of
from tests.teams.fake.keys import ISSUER as ISSUER
from tests.teams.fake.keys import Key as Key
from tests.teams.fake.ledger import Called as Called
from tests.teams.fake.login import CONNECTOR as CONNECTOR
from tests.teams.fake.login import GRAPH as GRAPH
from tests.teams.fake.people import Person as Person
from tests.teams.fake.teams import FakeTeams as FakeTeams
from tests.teams.fake.things import App as App
from tests.teams.fake.things import Chat as Chat
from tests.teams.fake.things import Dialog as Dialog
from tests.teams.fake.things import NotThere as NotThere
from tests.teams.fake.things import Posted as Posted
from tests.teams.fake.things import Strict as Strict
from tests.teams.fake.things import Team as Team
from tests.teams.fake.things import User as User
from tests.teams.fake.ways import Answer as Answer
from tests.teams.fake.ways import Delivery as Delivery
from tests.teams.fake.ways import answered as answered
