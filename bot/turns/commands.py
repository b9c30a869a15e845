"""What is typed: an answer to what is asked, a command, a code, or something that gets a kind sentence."""

from __future__ import annotations

from collections.abc import Callable

from bot import talks
from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.script import Pressed, Talk, Topic
from bot.turns import (
    after,
    assignments,
    care,
    choosing,
    coach_ways,
    coaches,
    common_questions,
    gifts,
    host_words,
    hosts,
    leaders,
    leaving,
    my_data,
    needs,
    new_leader,
    outside,
    own_words,
    reminding,
    reports,
    rounds,
    settings,
    signups,
    still_open,
    stories,
    suggestions,
)
from bot.turns.common import contact_of, facts_of_exchange
from bot.turns.people import told, try_code
from bot.turns.preparations import agree_press
from dialogs import engine
from dialogs.commands import Command, common_question, understand
from dialogs.model import Say, Text
from storage.records import ConversationRow, ExchangeRow, PersonRow, new_id

WALK = {Command.BACK: "back", Command.SKIP: "skip", Command.PAUSE: "pause", Command.EDIT: "change"}
LANGUAGES = {Command.DANISH: "da", Command.BOKMAAL: "nb", Command.ENGLISH: "en"}


def typed(moment: Moment, person: PersonRow, incoming: Incoming) -> Reply:
    """Answers typed words. A number that was hidden is told of once more, whatever else happens."""
    if incoming.leaves:
        moment.tell(person, Told([Say("safe.id_chat")]), kind="answer")
    talk = _open_talk(moment, person)
    text = incoming.text.strip()
    may_answer = incoming.kind == "text"
    command = understand(text, may_answer and talk is not None and _asks_text(talk))
    cared = command is None and care.typed(moment, person, text)
    if command is None and try_code(moment, person, text):
        moment.tell(person, Told([Say("hr.granted")], [Press("btn.new_round", ["new_round"])]), kind="answer")
        return Reply()
    if talk is not None and command in WALK:
        return talks.take(moment, talk, WALK[command], [], incoming)
    if command is None and not (talk is not None and _asks_text(talk)) and (key := common_question(text)):
        common_questions.answer(moment, person, key)
        return Reply()
    answers = may_answer and talk is not None and talk.row.status == "open"
    if talk is not None and (command is Command.RESUME or (command is None and answers)):
        return _answer(moment, person, talk, command, incoming)
    if command is None:
        return Reply() if cared else _unknown(moment, person)
    return COMMANDS[command](moment, person)


def _open_talk(moment: Moment, person: PersonRow) -> Talk | None:
    """The conversation typed words belong to: the one touched last, but for a question that nobody has seen yet."""
    rows = (row for row in moment.work.conversations.open(person.id) if _is_here(moment, row))
    seen = [row for row in rows if not moment.work.outbox.is_held(row.message)]
    current = next((row for row in seen if row.status == "open"), seen[0] if seen else None)
    return talks.load(moment, current) if current else None


def _is_here(moment: Moment, row: ConversationRow) -> bool:
    return row.dialog in moment.house.scripts


def _asks_text(talk: Talk) -> bool:
    if talk.row.status != "open":
        return False
    screen = engine.show(talk.dialog, talk.state, talk.facts).screen
    return screen is not None and isinstance(screen.asks[0].answer, Text)


def _answer(moment: Moment, person: PersonRow, talk: Talk, command: Command | None, incoming: Incoming) -> Reply:
    """Typed words answer the first open question; on a form, one after the other."""
    if command is Command.RESUME:
        talks.begin(moment, talk.topic)
        return Reply()
    screen = engine.show(talk.dialog, talk.state, talk.facts).screen
    if screen is None:
        return _unknown(moment, person)
    if "chat" not in person.told:
        told(moment, person, "chat")
        moment.tell(person, Told([Say("safe.chat_first")]), kind="answer")
    ask = next((ask for ask in screen.asks if ask.key not in talk.state.answers), screen.asks[0])
    return talks.take(moment, talk, "answer", [ask.key, incoming.text], incoming)


def _unknown(moment: Moment, person: PersonRow) -> Reply:
    moment.tell(
        person, Told([Say("err.unknown")], [Press("btn.help", ["help"]), Press("btn.human", ["human"])]), kind="answer"
    )
    return Reply()


def helped(moment: Moment, person: PersonRow) -> Reply:
    """What can be written, by role, and the same as buttons."""
    says: list[Say] = [Say("help.menu", {"contact": _contact(moment, person)})]
    presses = [
        Press("btn.status", ["status"], main=True),
        Press("btn.my_data", ["my_data"]),
        Press("btn.language", ["begin", "language", person.id, "language"]),
        settings.asking_press(person),
        Press("btn.faq", ["faq"]),
        Press("btn.human", ["human"]),
    ]
    if moment.work.exchanges.of_leader(person.id):
        says.append(Say("help.leader"))
        presses += [Press("btn.released", ["released", ""]), Press("btn.suggest_to", ["suggest"])]
    if moment.work.exchanges.of_host(person.id):
        says.append(Say("help.host"))
        presses.append(Press("btn.released", ["released", ""]))
    if person.hr:
        says += [Say("help.hr"), Say("help.hr.now")]
        presses += [Press("btn.needs_me", ["needs"]), Press("btn.new_round", ["new_round"])]
        presses += [Press("btn.stories", ["stories"]), Press("btn.left", ["left"])]
        presses += [Press("btn.report", ["report", ""]), Press("btn.coaches", ["coaches"])]
        presses += [Press("btn.own_words", ["own_words"]), Press("btn.choices", ["choices"])]
    talk = _open_talk(moment, person)
    if talk is not None and _asks_text(talk):
        says.append(Say("help.writing"))
    exchange = settings.active_exchange(moment, person)
    if exchange is not None:
        presses += [
            Press("btn.change_time", ["begin", "time", exchange.id, "time"]),
            Press("btn.habit", ["begin", "habit", exchange.id, "habit"]),
        ]
    if led := new_leader.led(moment, person):
        presses.append(Press("btn.new_leader", ["new_leader", led.id]))
    moment.tell(person, Told(says, presses, menu=True), kind="answer")
    return Reply()


def _contact(moment: Moment, person: PersonRow) -> str:
    rounds_here = moment.work.rounds.all(person.organisation)
    return contact_of(moment, rounds_here[-1] if rounds_here else None)


def status(moment: Moment, person: PersonRow) -> Reply:
    """Where one is, in each of one's roles, and what comes next."""
    says: list[Say | Part] = []
    presses: list[Press] = []
    if person.hr:
        needs.tell(moment, person, kind="answer")
    for exchange in moment.work.exchanges.of_employee(person.id):
        if exchange.state in (*leaving.LIVE, "ended_early", "debriefed"):
            facts = facts_of_exchange(moment, Topic(person, "log", exchange.id, ""), exchange)
            says.append(Say("status.emp", {**facts, "text": next_step(moment, exchange)}))
            says += leaders.told_employee(moment, exchange, person)
            presses += next_presses(moment, person, exchange)
            task, done = assignments.card(moment, exchange)
            says, presses = [*says, *task], [*presses, *done]
    for round_row in moment.work.rounds.all(person.organisation):
        sign_up = moment.work.rounds.sign_up_of(round_row.id, person.id)
        if sign_up is not None and sign_up.state in ("signed_up", "in_matching"):
            values = {"programme": round_row.name, "deadline": round_row.deadline, "date": round_row.answer_by}
            says.append(Say("sign.status", values))
            presses.append(Press("btn.change_answers", ["reopen", "sign", sign_up.id, "sign"]))
            presses.append(Press("btn.withdraw", ["begin", "stop", sign_up.id, "stop"]))
    for offer in leaving.waiting_offers(moment, person):
        says.append(Say("offer.status"))
        presses += signups.offer_presses(offer)
    says += leaders.where(moment, person)
    says += leaders.tasks(moment, person)
    if moment.work.exchanges.of_leader(person.id):
        presses.append(Press("btn.released", ["released", ""]))
    waiting, ways = under_way(moment, person, unseen=bool(says))
    says, presses = [*says, *waiting], [*presses, *ways]
    if says or not person.hr:
        moment.tell(person, Told(says or [Say("status.nothing")], presses, menu=True), kind="answer")
    return Reply()


def under_way(moment: Moment, person: PersonRow, *, unseen: bool = False) -> tuple[list[Say | Part], list[Press]]:
    """The conversations that wait for somebody's answers, and the way into each; only those that are still `unseen`."""
    rows = [row for row in moment.work.conversations.open(person.id) if _is_here(moment, row)]
    rows = [row for row in rows if not hosts.is_past(moment, row)]
    if unseen:
        rows = [row for row in rows if moment.work.outbox.is_held(row.message)]
    titles = [moment.words.text(person.language, moment.house.scripts[row.dialog].dialog.title) for row in rows]
    if not rows:
        return [], []
    presses = [
        Press("btn.continue", ["begin", row.dialog, row.subject, row.occasion], text=_go_on(moment, person, title))
        for row, title in zip(rows, titles, strict=True)
    ]
    return [Say("status.under_way", {"list": list(dict.fromkeys(titles))})], presses


def _go_on(moment: Moment, person: PersonRow, title: str) -> str:
    return moment.words.text(person.language, "btn.go_on_with", {"text": title})


def next_step(moment: Moment, exchange: ExchangeRow) -> Say:
    """What comes next for the employee."""
    state = "later" if after.is_debrief_closed(moment, exchange) else exchange.state
    return Say(f"status.next.{state}")


def next_presses(moment: Moment, person: PersonRow, exchange: ExchangeRow) -> list[Press]:
    """What an employee can do next in an exchange."""
    state, about = exchange.state, exchange.id
    if state == "approved":
        return [Press("btn.prepare", ["begin", "prep", about, "prep"], main=True)]
    wrote = host_words.press(moment, exchange, person)
    if state in ("prepared", "running"):
        write = [Press("btn.write", ["write"], main=True)] if moment.today(person) >= exchange.start else []
        agree = [agree_press(exchange)] if person.id not in still_open.agreed_by(moment, exchange) else []
        change = Press("btn.change_preparation", ["reopen", "prep", about, "prep"])
        coach = coach_ways.presses(moment, exchange, coach_ways.BEFORE) if moment.today(person) < exchange.start else []
        return [*write, *agree, change, *wrote, *coach]
    gift = gifts.offers(moment, exchange, person)
    if state in ("finished", "ended_early") and not after.is_debrief_closed(moment, exchange):
        coach = coach_ways.presses(moment, exchange, coach_ways.AFTER)
        return [Press("btn.debrief", ["begin", "deb", about, "deb"], main=True), *coach, *wrote, *gift]
    story = [stories.way_in(exchange)] if stories.is_open(moment, exchange) else []
    return [*wrote, *gift, *story] if state in after.OVER else []


def _pause(moment: Moment, person: PersonRow) -> Reply:
    topic = settings.pause(moment, person)
    if topic is None:
        moment.tell(person, Told([Say("pause.nothing")]), kind="answer")
    else:
        talks.begin(moment, topic)
    return Reply()


def _resume(moment: Moment, person: PersonRow) -> Reply:
    paused = [row for row in moment.work.conversations.open(person.id) if row.status == "paused"]
    if paused:
        talks.begin(moment, Topic(person, paused[0].dialog, paused[0].subject, paused[0].occasion))
    elif not settings.resume(moment, person):
        moment.tell(person, Told([Say("resume.nothing")]), kind="answer")
    return Reply()


def _stop(moment: Moment, person: PersonRow) -> Reply:
    subject = leaving.what_to_stop(moment, person.id)
    if not subject:
        moment.tell(person, Told([Say("stop.nothing")]), kind="answer")
    else:
        talks.begin(moment, Topic(person, "stop", subject, new_id()))
    return Reply()


def _human(moment: Moment, person: PersonRow) -> Reply:
    exchange = settings.active_exchange(moment, person)
    ways = coach_ways.presses(moment, exchange, coach_ways.next_talk(exchange)) if exchange else []
    moment.tell(person, Told([Say("human.contact", {"contact": _contact(moment, person)})], ways), kind="answer")
    return Reply()


def _language(moment: Moment, person: PersonRow) -> Reply:
    talks.begin(moment, Topic(person, "language", person.id, new_id()))
    return Reply()


def _speak(language: str) -> Callable[[Moment, PersonRow], Reply]:
    def speak(moment: Moment, person: PersonRow) -> Reply:
        changed = settings.set_language(moment, person, language)
        moment.tell(changed, Told([Say("language.set")]), kind="answer")
        return Reply()

    return speak


def _data(moment: Moment, person: PersonRow) -> Reply:
    my_data.tell_menu(moment, person)
    return Reply()


def _tasks(moment: Moment, person: PersonRow) -> Reply:
    says = leaders.tasks(moment, person)
    moment.tell(person, Told(says or [Say("tasks.nothing")], leaders.ticks(moment, person)), kind="answer")
    return Reply()


def _employees(moment: Moment, person: PersonRow) -> Reply:
    says, presses = leaders.people(moment, person)
    moment.tell(person, Told(says or [Say("released.nobody")], presses), kind="answer")
    return Reply()


def _released(moment: Moment, person: PersonRow) -> Reply:
    return leaders.tell_released(moment, person)


def _round(moment: Moment, person: PersonRow) -> Reply:
    if not person.hr:
        moment.tell(person, Told([Say("only_hr")]), kind="answer")
    elif not rounds.places_of(moment, person):
        moment.tell(person, Told([Say("round.no_channel")]), kind="answer")
    else:
        talks.begin(moment, rounds.start(moment, person))
    return Reply()


def _match(moment: Moment, person: PersonRow) -> Reply:
    if not person.hr:
        moment.tell(person, Told([Say("only_hr")]), kind="answer")
    else:
        needs.tell(moment, person, kind="answer")
    return Reply()


def _nothing_open(moment: Moment, person: PersonRow) -> Reply:
    moment.tell(person, Told([Say("talk.none")], [Press("btn.help", ["help"])]), kind="answer")
    return Reply()


def _resume_log(moment: Moment, person: PersonRow) -> Reply:
    """Ends the logbook's pause, whatever else was put aside."""
    if not settings.resume(moment, person):
        moment.tell(person, Told([Say("resume.nothing")]), kind="answer")
    return Reply()


def button(command: Callable[[Moment, PersonRow], Reply]) -> Pressed:
    """A button that does the same as the words."""

    def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
        return command(moment, person)

    return pressed


COMMANDS: dict[Command, Callable[[Moment, PersonRow], Reply]] = {
    Command.HELP: helped,
    Command.MORE_HELP: helped,
    Command.LOG: leaders.write,
    Command.PAUSE: _pause,
    Command.RESUME: _resume,
    Command.STATUS: status,
    Command.DATA: _data,
    Command.STOP: _stop,
    Command.PERSON: _human,
    Command.LANGUAGE: _language,
    **{command: _speak(language) for command, language in LANGUAGES.items()},
    Command.BACK: _nothing_open,
    Command.SKIP: _nothing_open,
    Command.EDIT: _nothing_open,
    Command.TASKS: _tasks,
    Command.EMPLOYEES: _employees,
    Command.RELEASED: _released,
    Command.ROUND: _round,
    Command.MATCH: _match,
    Command.REPORT: reports.asked,
    Command.COACH: coaches.command,
    Command.NEW_HOST: outside.pressed,
    Command.NEW_LEADER: new_leader.asked,
    Command.LINKS: outside.listed,
    Command.OWN_WORDS: own_words.menu,
    Command.REMIND: reminding.remind,
    Command.FAQ: common_questions.menu,
    Command.CHOICES: choosing.begin,
    Command.SUGGEST: suggestions.ask,
    Command.SHOW_LOGBOOK: leaders.show_logbook,
}

BUTTONS: dict[str, Callable[[Moment, PersonRow], Reply]] = {
    "new_round": _round,
    "new_host": outside.pressed,
    "links": outside.listed,
    "help": helped,
    "human": _human,
    "status": status,
    "write": leaders.write,
    "language": _language,
    "pause_log": _pause,
    "resume_log": _resume_log,
}

PRESSES = {verb: button(command) for verb, command in BUTTONS.items()}
