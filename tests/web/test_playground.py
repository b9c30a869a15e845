"""The playground's routes: who may read what, what a press and a text become, the clock, the panels."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channel import Address, Button, File, Message, Part, Reply
from bot.channels.pace import MOST
from bot.papers.paper import PDF, as_file
from storage.store import StoreUnavailable
from tests.papers.samples import PAPER
from tests.web.fakes import JOBDATING, NOON, Client, Playhouse, answer, outgoing
from tests.web.test_draw import Page

HASH = "%23jobdating"


async def page(client: Client, path: str) -> Page:
    response = await client.get("/playground" + path)
    assert response.status == 200
    return Page(await response.text())


def typed(text: str = "hej", event: str = "event-0001") -> dict[str, str]:
    return {"person": "person1", "event": event, "text": text}


def pressed(**more: Any) -> dict[str, Any]:
    return {"person": "person1", "event": "event-0001", "card": "card-a", "button": "save", **more}


# Pages


async def test_without_a_person_it_says_welcome_in_the_browsers_language(client: Client) -> None:
    response = await client.get("/playground", headers={"Accept-Language": "no,en;q=0.5"})
    assert Page(await response.text()).find("html", lang="nb")


async def test_somebody_who_is_gone_is_said_to_be_gone(client: Client) -> None:
    response = await client.get("/playground?person=nobody")
    assert response.status == 404
    assert "Vælg en anden" in await response.text()


async def test_the_page_is_the_persons_and_in_their_language(client: Client, house: Playhouse) -> None:
    await house.desk.add_person("Ola <b>", "host", "Nav", "nb")
    drawn = await page(client, "?person=person2")
    assert drawn.find("html", lang="nb")
    assert "Ola <b>" in drawn.find("nav")[0][1]
    assert drawn.find("a", **{"aria-current": "true"})[0][0]["href"] == "/playground?person=person2"
    assert drawn.find("a", **{"aria-current": "page"})


async def test_the_pages_language_is_chosen_for_a_person_and_kept(client: Client) -> None:
    await client.post("/playground/language", json={"person": "person1", "language": "en"})
    assert (await page(client, "?person=person1")).find("html", lang="en")


async def test_both_ends_of_the_address_are_the_same_page(client: Client) -> None:
    assert (await client.get("/playground/")).status == 200


async def test_a_channel_shows_posts_and_replies_and_has_no_line_to_write_in(client: Client, house: Playhouse) -> None:
    await house.send("a", place=JOBDATING)
    await house.send("b", "Lukket", place=JOBDATING, thread="a")
    drawn = await page(client, f"?person=person1&box={HASH}")
    assert [attrs["data-thread"] for attrs, _ in drawn.find("li") if "data-id" in attrs] == ["", "a"]
    assert not drawn.find("textarea", id="typed")


async def test_people_and_conversations_are_listed(client: Client) -> None:
    (sara,) = await (await client.get("/playground/people")).json()
    assert (sara["name"], sara["place"]) == ("Sara Lind", "seat1")
    listed = await (await client.get("/playground/boxes?person=person1")).json()
    assert [box["id"] for box in listed] == ["person1", JOBDATING]


# Messages


async def test_messages_come_in_order_and_only_those_asked_for(client: Client, house: Playhouse) -> None:
    for id in ("a", "b", "c"):
        await house.send(id)
    listed = await (await client.get("/playground/messages?person=person1&box=person1")).json()
    assert [it["id"] for it in listed] == ["a", "b", "c"]
    listed = await (await client.get("/playground/messages?person=person1&box=person1&ids=c,a,x")).json()
    assert [it["id"] for it in listed] == ["a", "c"]


@pytest.mark.parametrize("box", ["person2", "#other", ""])
async def test_nobody_reads_anothers_box(client: Client, house: Playhouse, box: str) -> None:
    await house.desk.add_person("Henrik", "leader", "", "da")
    await house.send("a", place="seat2")
    response = await client.get("/playground/messages", params={"person": "person1", "box": box})
    assert response.status == 404


async def test_a_message_that_cannot_be_read_says_so(client: Client, house: Playhouse) -> None:
    await house.send("a")
    await house.store.run(lambda work: work.keys.forget("person1"))
    drawn = await page(client, "?person=person1")
    assert "Denne besked kan ikke læses mere." in drawn.find("main")[0][1]


FILE = File('../../"\r\nSet-Cookie: x=1".html', "text/html; charset=x", "<script>æ</script>")


async def test_a_file_is_saved_under_its_name_and_says_nothing_else(client: Client, house: Playhouse) -> None:
    whole = Message(parts=(), preview="", files=(FILE,))
    await house.channel.send(replace(outgoing("a"), message=whole), NOON)
    drawn = await page(client, "?person=person1")
    (link,) = [attrs["href"] for attrs, _ in drawn.find("a") if "download" in attrs]
    response = await client.get(link)
    own = "..%2F..%2F%22%0D%0ASet-Cookie%3A%20x%3D1%22.html"
    assert response.headers["Content-Disposition"] == (
        f"attachment; filename=\"vidsyn-set-cookie-x-1.html\"; filename*=UTF-8''{own}"
    )
    assert "Set-Cookie" not in response.headers
    assert await response.text() == "<script>æ</script>"


async def test_a_document_is_drawn_when_it_is_fetched(client: Client, house: Playhouse) -> None:
    whole = Message(parts=(), preview="", files=(as_file(PAPER, PDF),))
    await house.channel.send(replace(outgoing("a"), message=whole), NOON)
    drawn = await page(client, "?person=person1")
    (link,) = [attrs["href"] for attrs, _ in drawn.find("a") if "download" in attrs]
    response = await client.get(link)
    assert response.headers["Content-Type"] == PDF
    assert (await response.read()).startswith(b"%PDF-")


@pytest.mark.parametrize("path", ["a/1", "a/-1", "a/x", "a/²", "a/99999", "gone/0", "hers/0"])
async def test_no_other_file_is_there(client: Client, house: Playhouse, path: str) -> None:
    await house.desk.add_person("Henrik", "leader", "", "da")
    whole = Message(parts=(), preview="", files=(FILE,))
    await house.channel.send(replace(outgoing("a"), message=whole), NOON)
    await house.channel.send(replace(outgoing("hers", place="seat2"), message=whole), NOON)
    assert (await client.get(f"/playground/files/{path}?person=person1")).status == 404


# What a person does


async def test_typed_words_are_kept_masked_and_handed_over_as_they_are(client: Client, house: Playhouse) -> None:
    response = await client.post("/playground/text", json=typed("mit nummer er 010165-0000"))
    assert response.status == 200
    (incoming,) = house.heard
    assert (incoming.sender, incoming.kind) == (Address("playground", "local", "seat1"), "text")
    assert incoming.text == "mit nummer er 010165-0000"
    drawn = await page(client, "?person=person1")
    assert "******-****" in drawn.find("main")[0][1]
    assert "010165" not in drawn.find("main")[0][1]


async def test_a_second_try_of_a_text_shows_once(client: Client, house: Playhouse) -> None:
    for _ in range(2):
        await client.post("/playground/text", json=typed())
    assert [incoming.event for incoming in house.heard] == ["event-0001", "event-0001"]
    assert len(await (await client.get("/playground/messages?person=person1&box=person1")).json()) == 1


async def test_a_press_carries_everything_and_the_reply_comes_back(client: Client, house: Playhouse) -> None:
    house.reply = Reply({"k": "Her mangler et svar."}, ["k"], (Button("mask", "Skjul det"),), "Se her.")
    body = pressed(values={"k": "a", "many": ["1", "2"]}, leave="keep", leaves=["k"])
    reply = await (await client.post("/playground/press", json=body)).json()
    (incoming,) = house.heard
    assert (incoming.card, incoming.button, incoming.values) == ("card-a", "save", {"k": "a", "many": ["1", "2"]})
    assert (incoming.leave, incoming.leaves, incoming.event) == ("keep", ["k"], "event-0001")
    assert reply["errors"] == {"k": "Her mangler et svar."}
    assert (reply["identifiers"], reply["note"]) == (["k"], "Se her.")
    assert [(offer["id"], offer["label"]) for offer in reply["offers"]] == [("mask", "Skjul det")]


async def test_somebody_unknown_does_nothing(client: Client, house: Playhouse) -> None:
    response = await client.post("/playground/press", json={**pressed(), "person": "nobody"})
    assert response.status == 404
    assert not house.heard


async def test_one_person_who_is_too_fast_waits_and_others_do_not(client: Client, house: Playhouse) -> None:
    await house.desk.add_person("Henrik", "leader", "", "da")
    for n in range(MOST):
        assert (await client.post("/playground/press", json=pressed(event=f"event-{n:04}"))).status == 200
    slow = await client.post("/playground/press", json=pressed())
    assert (slow.status, slow.headers["Retry-After"]) == (429, "10")
    assert "Vent" in (await slow.json())["sentence"]
    other = await client.post("/playground/press", json={**pressed(), "person": "person2"})
    assert other.status == 200


async def test_a_new_person_can_be_played_at_once(client: Client) -> None:
    body = {"name": "  Ola   Nordmann ", "role": "host", "unit": "Nav", "language": "nb"}
    made = await client.post("/playground/people", json=body)
    assert made.status == 201
    card = await made.json()
    assert card["name"] == "Ola Nordmann"
    assert (await client.get(card["href"])).status == 200


@pytest.mark.parametrize(("fault", "status"), [(StoreUnavailable(), 503), (RuntimeError("CANARY"), 500)])
async def test_a_fault_is_a_sentence_and_says_nothing_of_the_text(
    client: Client, house: Playhouse, caplog: pytest.LogCaptureFixture, fault: Exception, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    house.fault = fault
    response = await client.post("/playground/text", json=typed("CANARY"))
    assert response.status == status
    assert "Prøv igen" in (await response.json())["sentence"]
    assert "CANARY" not in caplog.text


# The clock and who sees what


def moved(to: str, date: str = "", event: str = "event-0001") -> dict[str, str]:
    return {"person": "person1", "event": event, "to": to, "date": date}


async def test_the_clock_speaks_the_readers_language(client: Client, house: Playhouse) -> None:
    house.desk.coming = NOON + timedelta(days=1)
    text = (await page(client, "/clock?person=person1")).find("h2")[0][1]
    assert text == "Uret"
    body = await (await client.get("/playground/clock?person=person1")).text()
    assert "torsdag den 7. maj 2026" in body
    assert "12.00" in body
    assert "fredag den 8. maj 2026 kl. 12.00" in body


async def test_the_clock_goes_to_what_happens_next(client: Client, house: Playhouse) -> None:
    house.desk.coming = NOON + timedelta(hours=3)
    await client.post("/playground/clock", json=moved("next"))
    assert house.desk.moves == [house.desk.coming]


async def test_a_double_click_moves_it_once(client: Client, house: Playhouse) -> None:
    for _ in range(2):
        assert (await client.post("/playground/clock", json=moved("day"))).status == 200
    assert house.desk.moves == [NOON + timedelta(days=1)]


async def test_a_day_on_is_the_same_hour_when_the_clocks_change(client: Client, house: Playhouse) -> None:
    await house.desk.move_to(datetime(2026, 10, 24, 10, 0, tzinfo=UTC))
    await client.post("/playground/clock", json=moved("day"))
    assert house.desk.moves[-1] == datetime(2026, 10, 25, 11, 0, tzinfo=UTC)


async def test_it_goes_to_a_date(client: Client, house: Playhouse) -> None:
    await client.post("/playground/clock", json=moved("date", "2026-06-01"))
    assert house.desk.moves == [datetime(2026, 6, 1, 10, 0, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (moved("next"), "ikke mere af sig selv"),
        (moved("date", "2026-05-07"), "Uret går kun frem"),
        (moved("date", "0001-01-01"), "Uret går kun frem"),
        (moved("date", "9999-12-31"), "for langt frem"),
        (moved("date", "31/12"), "Vælg en dato"),
        (moved("date"), "Vælg en dato"),
    ],
)
async def test_it_says_why_it_does_not_move(
    client: Client, house: Playhouse, wish: dict[str, str], sentence: str
) -> None:
    response = await client.post("/playground/clock", json=wish)
    assert response.status == 409
    assert sentence in (await response.json())["sentence"]
    assert not house.desk.moves


async def test_who_sees_an_answer_is_said_in_words(client: Client, house: Playhouse) -> None:
    house.desk.answers["person1"] = [answer("At sige <fra>", ["Henrik Dam"]), answer("Kun mit", [])]
    drawn = await page(client, "/seen?person=person1")
    first, second = [text for _, text in drawn.find("li")]
    assert "At sige <fra>" in first
    assert "Du og Henrik kan se det her." in first
    assert "Henrik Dam" in first
    assert "Ingen andre kan læse det nu." in second


@pytest.mark.parametrize("path", ["/clock", "/seen", "/boxes", "/messages", "/files/a/0"])
async def test_panels_are_for_somebody(client: Client, path: str) -> None:
    assert (await client.get(f"/playground{path}")).status == 404


async def test_what_vidsyn_says_has_a_name_to_be_read_by(client: Client, house: Playhouse) -> None:
    titled = Message(parts=(Part("Forberedelse", "title"),), preview="")
    await house.channel.send(replace(outgoing("a"), message=titled), NOON)
    drawn = await page(client, "?person=person1")
    ids = [attrs["id"] for _, attrs, _ in drawn.all if "id" in attrs]
    assert len(ids) == len(set(ids))
    (article,) = drawn.find("article")
    assert set(article[0]["aria-labelledby"].split()) <= set(ids)
