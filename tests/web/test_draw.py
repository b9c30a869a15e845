"""Messages as HTML: text stays text, every question has its words, and ids are the page's own."""

from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Button, Choice, Field, File, Message, Part
from bot.channels.web.draw import Drawer, Look, initials, shown
from tests.web.fakes import WORDS

DRAWER = Drawer(WORDS)
KINDS = ("text", "long", "one", "many", "scale", "date", "time", "person", "tick")
VOID = {"input", "meta", "br", "img", "link"}
ASKING = {"input", "textarea", "select"}


class Page(HTMLParser):
    """The elements of a fragment with their attributes and text, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.all: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[list[str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text: list[str] = []
        self.all.append((tag, {name: value or "" for name, value in attrs}, text))
        if tag not in VOID:
            self._open.append(text)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for text in self._open:
            text.append(data)

    def find(self, tag: str, **wanted: str) -> list[tuple[dict[str, str], str]]:
        return [
            (attrs, "".join(text))
            for name, attrs, text in self.all
            if name == tag and all(attrs.get(key.rstrip("_")) == value for key, value in wanted.items())
        ]


def draw(message: Message, **look: object) -> Page:
    return Page(DRAWER.draw(message, Look(at="m-1", files=["/f"] * len(message.files), **look)))  # type: ignore[arg-type]


def asking(field: Field, **look: object) -> Page:
    return draw(Message(parts=(), preview="", card="c", fields=(field,)), **look)


TEXT = st.text(max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>", "</textarea><img src=x onerror=alert(1)>", "\" onfocus=alert(1) x=\"", "{{ 7*7 }}",
        "[x](javascript:alert(1))", "&lt;b&gt;",
        "\u202eabc", "a\u0300" * 500, "<!channel>", "\x00", "\r\n", "]]>", "--><b>",
    ]
)  # fmt: skip
CHOICES = st.lists(st.builds(Choice, TEXT, TEXT), max_size=4).map(tuple)
FIELDS = st.builds(
    Field,
    key=TEXT,
    kind=st.sampled_from(KINDS),
    label=TEXT,
    who=TEXT,
    hints=st.lists(TEXT, max_size=2).map(tuple),
    choices=CHOICES,
    value=TEXT,
    chosen=st.lists(TEXT, max_size=2).map(tuple),
    required=st.booleans(),
    limit=st.sampled_from([0, 300, 3000]),
)
MESSAGES = st.builds(
    Message,
    parts=st.lists(st.builds(Part, TEXT, st.sampled_from(["plain", "title", "own", "small"])), max_size=4).map(tuple),
    preview=TEXT,
    card=TEXT,
    fields=st.lists(FIELDS, max_size=4).map(tuple),
    buttons=st.lists(st.builds(Button, TEXT, TEXT, st.booleans(), st.booleans()), max_size=3).map(tuple),
    files=st.lists(st.builds(File, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    language=st.sampled_from(["da", "nb", "en"]),
)
OUR_ELEMENTS = set(
    "div h3 p blockquote ul li a span form label legend fieldset input textarea select option datalist button".split()
)


@given(MESSAGES)
def test_text_of_any_kind_makes_no_element_and_no_attribute(message: Message) -> None:
    page = draw(message)
    assert {tag for tag, _, _ in page.all} <= OUR_ELEMENTS
    assert not [name for _, attrs, _ in page.all for name in attrs if name.startswith("on") or name in {"src", "style"}]
    assert {attrs["href"] for attrs, _ in page.find("a")} <= {"/f"}


@given(MESSAGES)
def test_every_paragraph_is_shown_as_it_was_written(message: Message) -> None:
    page = draw(message)
    for n, part in enumerate(message.parts):
        (written,) = [text for _, attrs, text in page.all if attrs.get("id") == f"m-1-p{n}"]
        assert "".join(written) == shown(part.text)


@given(MESSAGES)
def test_no_id_stands_twice_and_each_one_named_is_there(message: Message) -> None:
    page = draw(message)
    ids = [attrs["id"] for _, attrs, _ in page.all if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs, _ in page.all:
        for name in ("for", "list"):
            assert attrs.get(name, ids[0] if ids else "") in {*ids, ""}
        assert set(attrs.get("aria-describedby", "").split()) <= set(ids)


@given(MESSAGES)
def test_every_question_has_a_visible_label(message: Message) -> None:
    page = draw(message)
    labelled = {attrs["for"] for attrs, _ in page.find("label")}
    for tag, attrs, _ in page.all:
        if tag in ASKING:
            assert attrs["id"] in labelled
    assert len(page.find("legend")) == len(page.find("fieldset"))


@given(FIELDS)
def test_who_will_see_it_stands_before_the_answer(field: Field) -> None:
    page = asking(field)
    tags = [(tag, attrs.get("class", ""), attrs.get("id")) for tag, attrs, _ in page.all]
    first = next((n for n, (tag, _, _) in enumerate(tags) if tag in ASKING), len(tags))  # without choices, none
    said = [n for n, (_, kind, _) in enumerate(tags) if kind.startswith("who")]
    assert (len(said) == 1 and said[0] < first) if field.who else not said
    assert ["".join(text) for _, attrs, text in page.all if attrs.get("id") == "m-1-0-who"] == (
        [shown(field.who)] if field.who else []
    )
    described = [attrs["aria-describedby"] for _, attrs, _ in page.all if "aria-describedby" in attrs]
    assert len(described) == 1
    assert ("m-1-0-who" in described[0]) == bool(field.who)


def test_each_kind_is_asked_with_its_own_control() -> None:
    two = (Choice("a", "A"), Choice("b", "B"))
    assert asking(Field("k", "text", "L", limit=300)).find("input", type="text", maxlength="300")
    assert asking(Field("k", "long", "L", value="før\n")).find("textarea")[0][1] == "\nfør\n"
    assert len(asking(Field("k", "one", "L", choices=two)).find("input", type="radio")) == 2
    assert len(asking(Field("k", "many", "L", choices=two)).find("input", type="checkbox")) == 2
    assert len(asking(Field("k", "scale", "L")).find("input", type="radio")) == 11
    assert asking(Field("k", "date", "L", value="2026-05-03")).find("input", type="date", value="2026-05-03")
    assert asking(Field("k", "time", "L", value="14:30")).find("input", type="time", value="14:30")
    assert len(asking(Field("k", "person", "L", choices=two)).find("option")) == 3
    assert asking(Field("k", "person", "L")).find("input", type="text")
    assert asking(Field("k", "tick", "L")).find("input", type="checkbox", value="yes")


def test_a_long_list_of_people_is_searched() -> None:
    many = tuple(Choice(str(n), f"Person {n}") for n in range(31))
    page = asking(Field("k", "person", "L", choices=many))
    assert page.find("input", list="m-1-0-list")
    assert page.find("option")[7][0]["data-value"] == "7"


def test_a_time_may_have_ready_made_answers_beside_it() -> None:
    page = asking(Field("k", "time", "L", choices=(Choice("shifts", "Skiftende"),), value="shifts"))
    assert "checked" in page.find("input", type="radio")[0][0]
    assert page.find("input", type="time", value="")


def test_what_is_chosen_already_is_set() -> None:
    two = (Choice("a", "A"), Choice("b", "B"))
    page = asking(Field("k", "many", "L", choices=two, chosen=("b",)))
    assert ["checked" in attrs for attrs, _ in page.find("input")] == [False, True]


def test_required_is_said_in_words() -> None:
    assert "(skal udfyldes)" in asking(Field("k", "text", "L", required=True)).find("label")[0][1]


def test_what_was_wrong_and_what_was_given_stand_at_the_field() -> None:
    page = asking(Field("k", "text", "L", value="før"), errors={"k": "For langt."}, given={"k": "efter"})
    assert page.find("p", role="alert") == [
        ({"class": "error text", "dir": "auto", "id": "m-1-0-error", "role": "alert"}, "For langt.")
    ]
    assert page.find("input")[0][0]["value"] == "efter"
    assert page.find("input")[0][0]["aria-invalid"] == "true"


def test_what_was_taken_out_stays_out() -> None:
    page = asking(Field("k", "many", "L", choices=(Choice("a", "A"),), chosen=("a",)), given={"k": []})
    assert "checked" not in page.find("input")[0][0]


def test_only_a_button_that_sends_takes_the_fields_along() -> None:
    buttons = (Button("back", "Tilbage"), Button("save", "Gem", main=True, sends=True))
    page = draw(Message(parts=(), preview="", card="c", buttons=buttons))
    (back, _), (save, _) = page.find("button")
    assert "formnovalidate" in back
    assert "data-sends" not in back
    assert "data-sends" in save
    assert save["class"] == "main"


def test_the_ways_past_a_question_stand_in_a_row_of_their_own() -> None:
    buttons = (Button("yes", "Ja"), Button("back", "Tilbage", quiet=True), Button("save", "Gem", main=True))
    page = draw(Message(parts=(), preview="", card="c", buttons=buttons))
    assert [(button["value"], button["class"]) for button, _ in page.find("button")] == [
        ("yes", "plain"),
        ("save", "main"),
        ("back", "quiet"),
    ]
    assert [row["class"] for row, _ in page.find("div") if row["class"] == "buttons"] == ["buttons", "buttons"]


def test_the_buttons_of_each_matter_stand_in_a_row_of_their_own() -> None:
    tick, yes = Button("0.0", "Sæt flueben", matter="0"), Button("1.1", "Ja", matter="1")
    rows = draw(Message((), "", "c", buttons=(tick, yes, replace(yes, id="2.1", label="Nej")))).find(
        "div", class_="buttons matter"
    )
    assert [text.split() for _, text in rows] == [["Sæt", "flueben"], ["Ja", "Nej"]]


def test_a_link_opens_its_page_elsewhere_and_tells_it_nothing() -> None:
    url = 'https://calendar.google.com/calendar/render?text="><script>'
    buttons = (Button("0", "Åbn i Google Kalender", url=url), Button("1", "Luk"))
    page = draw(Message(parts=(), preview="", card="c", buttons=buttons))
    ((link, label),) = page.find("a")
    assert (link["href"], link["target"], link["rel"]) == (url, "_blank", "noopener noreferrer")
    assert label == "Åbn i Google Kalender"
    assert [button["value"] for button, _ in page.find("button")] == ["1"]
    assert not page.find("script")


def test_a_question_and_who_sees_its_answer_look_like_those_of_a_form() -> None:
    page = draw(Message(parts=(Part("Passer det?", "asked"), Part("HR ser det.", "who")), preview=""))
    assert [(part["class"], text) for part, text in page.find("p")] == [
        ("text asked", "Passer det?"),
        ("text who", "HR ser det."),
    ]


def test_the_reader_hears_the_language() -> None:
    assert draw(Message(parts=(), preview="", language="nb")).find("div", lang="nb")


def test_initials_are_the_first_and_the_last() -> None:
    assert [initials(name) for name in ("Sara Lind Mikkelsen", "aisha", "", " ø å ")] == ["SM", "A", "", "ØÅ"]
