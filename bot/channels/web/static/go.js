// Going from one conversation to another without a new page, so that nothing half-written is lost.

import { all, get, here, keepingFocus, one, parsed } from "./page.js";
import { badges, connect } from "./live.js";
import { settle } from "./log.js";
import { closeDrawer, refreshSeen } from "./panels.js";
import { keepDraft, restoreDraft } from "./drafts.js";

const PARTS = ["#left", "#main", "#right"];

const drawn = async (href) => {
  const response = await fetch(href, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(String(response.status));
  return parsed(await response.text());
};

export const go = async (href, { push = true, focus = "h1" } = {}) => {
  all("form.card, #composer").forEach(keepDraft);
  let page;
  try {
    page = await drawn(href);
  } catch {
    location.assign(href);
    return;
  }
  closeDrawer();
  take(page);
  if (push) history.pushState(null, "", href);
  const target = one(focus) || one("h1");
  if (target.localName === "h1") target.tabIndex = -1;
  target.focus({ preventScroll: true });
};

const take = (page) => {
  for (const part of PARTS) {
    const [old, fresh] = [one(part), one(part, page)];
    if (old && fresh) old.replaceWith(fresh);
    else if (fresh) one(".shell").append(fresh);
    else old?.remove();
  }
  one("#adding").replaceChildren(...one("#adding", page).childNodes);
  one(".skip").textContent = one(".skip", page).textContent;
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  Object.assign(document.body.dataset, page.body.dataset);
  all("#composer").forEach(restoreDraft);
  settle();
  badges();
  connect();
  refreshSeen();
};

// Somebody was added, or the clock went on: the lists and the clock change, what is being written does not.
const refreshHouse = async () => {
  const page = await drawn(location.href).catch(() => null);
  if (!page) return;
  for (const part of ["#left", "#clock"]) {
    const [old, fresh] = [one(part), one(part, page)];
    if (old && fresh) keepingFocus(old, () => old.replaceChildren(...fresh.childNodes));
  }
  badges();
  refreshSeen();
};

document.addEventListener("house", refreshHouse);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.origin !== location.origin || link.pathname !== here().base || link.hash || link.hasAttribute("download")) return;
  event.preventDefault();
  // With a mouse one goes on to write; with a keyboard or a reader one starts at the heading.
  const byMouse = event.detail > 0 && matchMedia("(hover: hover)").matches;
  go(link.href, { focus: byMouse ? "#typed" : "h1" });
});

window.addEventListener("popstate", () => go(location.href, { push: false }));
