"""A Slack of our own, as strict as the real one. Knows nothing of the bot."""

from tests.slack.fake.blocks import problems as problems
from tests.slack.fake.blocks import view_problems as view_problems
from tests.slack.fake.ledger import Ephemeral as Ephemeral
from tests.slack.fake.ledger import FileShared as FileShared
from tests.slack.fake.ledger import Ledger as Ledger
from tests.slack.fake.ledger import Posted as Posted
from tests.slack.fake.ledger import Refused as Refused
from tests.slack.fake.ledger import Updated as Updated
from tests.slack.fake.ledger import ViewShown as ViewShown
from tests.slack.fake.methods import METHOD_SCOPES as METHOD_SCOPES
from tests.slack.fake.people import Person as Person
from tests.slack.fake.people import answered as answered
from tests.slack.fake.slack import FakeSlack as FakeSlack
from tests.slack.fake.things import App as App
from tests.slack.fake.things import Message as Message
from tests.slack.fake.things import NotThere as NotThere
from tests.slack.fake.things import Strict as Strict
from tests.slack.fake.things import View as View
from tests.slack.fake.ways import Answer as Answer
from tests.slack.fake.ways import Delivery as Delivery
from tests.slack.fake.ways import signature as signature
from tests.slack.fake.world import ALL_SCOPES as ALL_SCOPES
