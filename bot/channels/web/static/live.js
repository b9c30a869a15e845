// What happens elsewhere shows here without a reload. After a break the page compares, and fetches what it lacks.

import { all, address, here, one, trouble } from "./page.js";
import { bring, lacking } from "./log.js";

let stream;
let away;
let again;

// The last message that each person has looked at, in each box: numbers, no words.
const SEEN = "vidsyn.looked-at";
const looked = () => JSON.parse(localStorage.getItem(SEEN) || "{}");
const last = {};

// What stands around the conversation is for others to draw anew, where there is anything: "house" and "news".
const tell = (what) => document.dispatchEvent(new Event(what));

export const connect = () => {
  close();
  if (document.hidden) return;
  const { person, box } = here();
  stream = new EventSource(address("/events", { person, box }));
  stream.addEventListener("state", (event) => caughtUp(JSON.parse(event.data)));
  stream.addEventListener("row", (event) => changed(JSON.parse(event.data)));
  stream.addEventListener("house", () => tell("house"));
  stream.addEventListener("error", () => {
    away ??= setTimeout(() => trouble(here().away), 4000);
    if (stream.readyState === EventSource.CLOSED) again = setTimeout(connect, 3000);
  });
};

const close = () => {
  stream?.close();
  clearTimeout(again);
};

const back = () => {
  clearTimeout(away);
  away = undefined;
  trouble("");
};

const caughtUp = async (state) => {
  back();
  Object.assign(last, state.last);
  if (state.box && state.box === here().box) await bring(lacking(state.rows)).catch(() => {});
  const clock = one("#clock time")?.dateTime || state.now;
  if (clock !== state.now || all("a.person").length !== state.people) return tell("house");
  badges();
  tell("news");
};

const changed = async (row) => {
  last[row.box] = Math.max(last[row.box] || 0, row.order);
  if (row.box === here().box) {
    await bring([row.id]).catch(() => {});
    tell("news");
  }
  badges();
};

// What is open has been seen; the rest shows that it is new.
export const badges = () => {
  const seen = looked();
  const { person, box } = here();
  if (person && box) {
    seen[person] = { ...seen[person], [box]: Math.max(last[box] || 0, seen[person]?.[box] || 0) };
    localStorage.setItem(SEEN, JSON.stringify(seen));
  }
  for (const it of all("[data-unread]")) {
    const where = it.dataset.unread;
    const reader = it.classList.contains("person") ? where : person;
    const current = where === box && reader === person;
    one(".new", it).hidden = current || !((last[where] || 0) > (seen[reader]?.[where] || 0));
  }
};

document.addEventListener("visibilitychange", connect);
window.addEventListener("pagehide", close);
window.addEventListener("pageshow", (event) => event.persisted && connect());
