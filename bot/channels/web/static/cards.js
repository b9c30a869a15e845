// Cards and the line to write in: reading what was filled in, sending it once, showing what was wrong.

import { all, arrived, eventOf, here, one, post } from "./page.js";
import { dropDraft } from "./drafts.js";

const checked = (field) => all("input:checked", field).map((it) => it.value);

// What stands in a field, as the conversation reads it.
const read = {
  many: (field) => checked(field),
  one: (field) => checked(field)[0] || "",
  scale: (field) => checked(field)[0] || "",
  tick: (field) => checked(field)[0] || "",
  hour: (field) => checked(field)[0] || one("input[type=time]", field).value,
  search: (field) => {
    const typed = one("input", field).value;
    const known = all("option", field).find((it) => it.value === typed.trim());
    return known ? known.dataset.value : typed;
  },
};
const plain = (field) => one("input, textarea, select", field).value;

const values = (form) =>
  Object.fromEntries(all(".field", form).map((it) => [it.dataset.key, (read[it.dataset.kind] || plain)(it)]));

const busy = (form, on) => {
  if (on) form.setAttribute("aria-busy", "true");
  else form.removeAttribute("aria-busy");
};

const press = async (form, button, leave = "", leaves = []) => {
  if (form.getAttribute("aria-busy")) return;
  const sends = button.hasAttribute("data-sends");
  const filled = sends ? values(form) : {};
  const body = { person: here().person, card: form.dataset.card, button: button.value, values: filled, leave, leaves };
  busy(form, true);
  note(form, here().sending);
  try {
    const reply = await post("/press", { ...body, event: eventOf(form, body) });
    arrived(form);
    answer(form, reply, button);
  } catch (fault) {
    note(form, fault.message);
    busy(form, false);
  }
};

const note = (form, sentence) => (one(".note", form).textContent = sentence);

const answer = (form, reply, button) => {
  const wrong = all(".field", form).filter((it) => mark(it, reply.errors[it.dataset.key] || ""));
  const shown = new Set(wrong.map((it) => it.dataset.key));
  const rest = Object.entries(reply.errors).filter(([key]) => !shown.has(key)).map(([, sentence]) => sentence);
  // A note that only repeats what now stands beside the fields says nothing new.
  const repeats = wrong.length && reply.note === Object.values(reply.errors).join(" ");
  note(form, [...rest, repeats ? "" : reply.note].filter(Boolean).join("\n"));
  offer(form, reply, button);
  if (wrong.length) {
    // The errors made the card longer: its buttons stay in sight where there is room for both.
    one(".buttons", form)?.scrollIntoView({ block: "nearest" });
    one("input, textarea, select", wrong[0]).focus();
  }
  if (wrong.length || rest.length) return busy(form, false);
  if (button.hasAttribute("data-sends")) dropDraft(form);
  // The next card is on its way; a press in between would only be told that this one is answered.
  setTimeout(() => busy(form, false), 1200);
};

// Says beside the field what was wrong. True when something was.
const mark = (field, sentence) => {
  one(".error", field).textContent = sentence;
  const held = one("[role=radiogroup]", field) || one(":scope > input, :scope > textarea, :scope > select, :scope > .option > input", field);
  if (sentence) held?.setAttribute("aria-invalid", "true");
  else held?.removeAttribute("aria-invalid");
  field.classList.toggle("wrong", Boolean(sentence));
  return Boolean(sentence);
};

// What can be done about an identifier: the same form again, with the choice beside it.
const offer = (form, reply, button) => {
  const place = one(".offers", form);
  const about = all(".field", form).find((it) => reply.identifiers.includes(it.dataset.key));
  (about || form).append(place);
  place.hidden = !reply.offers.length;
  place.replaceChildren(
    ...reply.offers.map((it) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = it.main ? "main" : "plain";
      made.textContent = it.label;
      made.addEventListener("click", () => press(form, button, it.id === "keep" ? "keep" : "mask", reply.identifiers));
      return made;
    }),
  );
};

const write = async (form) => {
  const typed = one("textarea", form);
  const text = typed.value.trim();
  if (!text || form.getAttribute("aria-busy")) return typed.focus();
  busy(form, true);
  note(form, here().sending);
  try {
    const reply = await post("/text", { person: here().person, text, event: eventOf(form, text) });
    arrived(form);
    if (typed.value.trim() === text) {
      // What was typed meanwhile stays.
      typed.value = "";
      grow(typed);
      dropDraft(form);
    }
    note(form, [...Object.values(reply.errors), reply.note].filter(Boolean).join("\n"));
  } catch (fault) {
    note(form, fault.message);
  }
  busy(form, false);
  typed.focus();
};

// Where the browser cannot do it by itself, the line grows with the text.
const grow = (it) => {
  if (CSS.supports("field-sizing", "content")) return;
  it.style.height = "auto";
  it.style.height = it.scrollHeight + 2 + "px";
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form.card, #composer")) return;
  event.preventDefault();
  if (form.id === "composer") write(form);
  else if (event.submitter) press(form, event.submitter);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
  const form = event.target.form;
  if (event.target.id === "typed") {
    event.preventDefault();
    form.requestSubmit();
  } else if (form?.matches(".card") && event.target.localName === "input") {
    // Enter sends the answer, never the first button in the row, which may be "back".
    event.preventDefault();
    const send = one("button[data-sends].main", form) || one("button[data-sends]", form);
    if (send) form.requestSubmit(send);
  }
});

document.addEventListener("input", (event) => {
  const it = event.target;
  if (it.localName === "textarea") {
    grow(it);
    left(it);
  }
  const field = it.closest(".field");
  if (!field?.dataset.key) return;
  // A time of one's own and a ready-made one exclude each other.
  if (field.dataset.kind === "hour") {
    if (it.type === "time" && it.value) all("input:checked", field).forEach((other) => (other.checked = false));
    else if (it.type === "radio") one("input[type=time]", field).value = "";
  }
  const clear = one(".clear", field);
  if (clear) clear.hidden = !all("input:checked", field).length;
});

// How much room is left, once it is little.
const left = (it) => {
  const line = one(".left", it.closest(".field") || it.parentElement);
  if (!line) return;
  const room = it.maxLength - it.value.length;
  line.hidden = room > 300;
  one("span", line).textContent = room;
};

document.addEventListener("click", (event) => {
  const clear = event.target.closest("button.clear");
  if (!clear) return;
  const field = clear.closest(".field");
  all("input:checked", field).forEach((it) => (it.checked = false));
  clear.hidden = true;
  one("input", field).focus();
  clear.form.dispatchEvent(new Event("input", { bubbles: true }));
});
