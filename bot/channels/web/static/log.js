// The messages: where each stands, the days between them, what is new, and what a screen reader hears of it.

import { all, get, here, one, parsed } from "./page.js";
import { keepDraft, restoreDraft } from "./drafts.js";

const NEAR = 120;

const row = (id) => document.getElementById("m-" + id);
const order = (it) => Number(it.dataset.order);

// A page that has just been drawn: replies go to their posts, days get headings, the newest is in sight.
export const settle = () => {
  const waiting = one("#replies");
  if (waiting) for (const it of [...waiting.content.children]) stand(document.importNode(it, true));
  all("form.card").forEach(restoreDraft);
  days();
  toNewest();
};

// Puts a row where its order says; replies stand under their post.
const stand = (it) => {
  const post = it.dataset.thread && row(it.dataset.thread);
  const list = post ? one(":scope > .replies", post) : one("#entries");
  list.hidden = false;
  const next = [...list.children].find((other) => other.dataset.order && order(other) > order(it));
  list.insertBefore(it, next || null);
};

const replace = (old, fresh) => {
  const active = document.activeElement;
  const inside = old.contains(active) && !active.closest(".replies:not([hidden])")?.parentElement?.isSameNode(old);
  all("form.card", old).forEach(keepDraft);
  one(":scope > .replies", fresh).replaceWith(one(":scope > .replies", old));
  old.replaceWith(fresh);
  all("form.card", fresh).forEach(restoreDraft);
  if (inside) (row(fresh.dataset.id) && active.id && document.getElementById(active.id) || one("article", fresh)).focus();
};

// Fetches rows and shows them. Returns how many are new.
export const bring = async (ids) => {
  const { person, box } = here();
  let fresh = 0;
  for (let start = 0; start < ids.length; start += 50) {
    const some = ids.slice(start, start + 50).join(",");
    const items = await (await get("/messages", { person, box, ids: some })).json();
    if (here().person !== person || here().box !== box) return 0;
    for (const item of items) fresh += show(item) ? 1 : 0;
  }
  days();
  return fresh;
};

const show = (item) => {
  const it = document.importNode(one("li", parsed(item.html)), true);
  const old = row(item.id);
  if (old && Number(old.dataset.version) >= item.version) return false;
  const follows = nearEnd();
  if (old) replace(old, it);
  else {
    stand(it);
    all("form.card", it).forEach(restoreDraft);
  }
  if (!it.classList.contains("mine")) {
    hear(it);
    it.classList.add("arriving");
  }
  if (follows || it.classList.contains("mine")) reveal(it);
  else if (!old) one("#fresh").hidden = false;
  return !old;
};

// Rows that are no longer kept go from the page too.
export const lacking = (rows) => {
  const kept = new Map(rows);
  for (const it of all(".entry")) if (!kept.has(it.dataset.id)) it.remove();
  return rows.filter(([id, version]) => !(Number(row(id)?.dataset.version) >= version)).map(([id]) => id);
};

// Only the preview is said aloud: it holds no private text.
const hear = (it) => {
  const preview = one(".message", it)?.dataset.preview;
  const said = one("#heard");
  const line = document.createElement("span");
  line.textContent = preview ? `${here().heard} ${preview}` : here().heard;
  said.replaceChildren(line);
};

const days = () => {
  all(".entries > .day").forEach((it) => it.remove());
  let before = "";
  for (const it of all("#entries > .entry")) {
    if (it.dataset.day !== before) {
      const heading = document.createElement("h2");
      heading.textContent = it.dataset.dayWords;
      const line = document.createElement("li");
      line.className = "day";
      line.append(heading);
      it.before(line);
    }
    before = it.dataset.day;
  }
  const empty = one(".empty");
  if (empty) empty.hidden = Boolean(before);
};

const scroller = () => one("#scroll");

const nearEnd = () => {
  const it = scroller();
  return it.scrollHeight - it.scrollTop - it.clientHeight < NEAR;
};

// A message taller than the window is shown from its beginning.
const reveal = (it) => {
  const tall = it.offsetHeight > scroller().clientHeight;
  it.scrollIntoView({ block: tall ? "start" : "end", behavior: "auto" });
};

export const toNewest = () => {
  const last = all("#entries .entry").at(-1);
  if (last) reveal(last);
  if (one("#fresh")) one("#fresh").hidden = true;
};

document.addEventListener("click", (event) => {
  if (event.target.id !== "fresh") return;
  toNewest();
  one("article", all("#entries .entry").at(-1))?.focus({ preventScroll: true });
});

document.addEventListener("scroll", (event) => {
  if (event.target.id === "scroll" && nearEnd()) one("#fresh").hidden = true;
}, true);
