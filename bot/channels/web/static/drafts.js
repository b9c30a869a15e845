// Half-written answers, kept in this page's memory only. They are kept by person, conversation and question, so that
// looking at somebody else, putting the conversation aside or going back loses nothing.

import { all, one } from "./page.js";

const kept = new Map();

const inputs = (root) => all("input, textarea, select", root);
const ticked = (it) => it.type === "radio" || it.type === "checkbox";

// Where something can be half-written: each question of a card, or the line below.
const places = (form) => (form.id === "composer" ? [form] : all(".field", form));
const key = (place, form) => JSON.stringify([document.body.dataset.person, form.dataset.about, place.dataset.key]);

// What the page came with, and what stands there now.
const drawn = (place) =>
  JSON.stringify(
    inputs(place).map((it) => {
      if (it.localName === "select") return [...it.options].find((option) => option.defaultSelected)?.value || "";
      return ticked(it) ? [it.value, it.defaultChecked] : it.defaultValue;
    }),
  );
const standing = (place) =>
  JSON.stringify(inputs(place).map((it) => (ticked(it) ? [it.value, it.checked] : it.value)));

export const keepDraft = (form) => {
  if (form.dataset.sent) return;
  for (const place of places(form)) {
    const [before, now] = [drawn(place), standing(place)];
    if (before === now) kept.delete(key(place, form));
    else kept.set(key(place, form), { before, now });
  }
};

// Only where the page comes with what it came with then: an answer that has changed meanwhile is newer than the draft.
export const restoreDraft = (form) => {
  const changed = places(form).filter((place) => {
    const draft = kept.get(key(place, form));
    if (!draft || draft.before !== drawn(place)) return false;
    const values = JSON.parse(draft.now);
    inputs(place).forEach((it, n) => {
      if (ticked(it)) it.checked = values[n][1];
      else it.value = values[n];
    });
    return true;
  });
  for (const place of changed) (one("textarea", place) || place).dispatchEvent(new Event("input", { bubbles: true }));
};

export const dropDraft = (form) => {
  form.dataset.sent = "yes";
  for (const place of places(form)) kept.delete(key(place, form));
};

document.addEventListener("input", (event) => {
  const form = event.target.closest("form");
  if (!form?.matches("form.card, #composer")) return;
  delete form.dataset.sent;
  keepDraft(form);
});
