// What stands around the conversation: drawers on a narrow screen, the clock, who sees what, adding people, language.

import { all, arrived, eventOf, get, here, one, parsed, post } from "./page.js";
import { go } from "./go.js";

// Drawers

let opener;

export const closeDrawer = () => {
  if (!document.body.dataset.drawer) return;
  delete document.body.dataset.drawer;
  for (const part of ["#left", "#main", "#right"]) if (one(part)) one(part).inert = false;
  all("[data-open]").forEach((it) => it.setAttribute("aria-expanded", "false"));
  opener?.focus();
  opener = undefined;
};

const openDrawer = (name, button) => {
  opener = button;
  document.body.dataset.drawer = name;
  button.setAttribute("aria-expanded", "true");
  for (const part of ["left", "main", "right"]) if (one("#" + part)) one("#" + part).inert = part !== name;
  one("[data-close]", one("#" + name)).focus();
  refreshSeen();
};

// A drawer that has become a column again shuts nobody out.
for (const width of ["(min-width: 761px)", "(min-width: 1181px)"]) {
  matchMedia(width).addEventListener("change", () => {
    closeDrawer();
    refreshSeen();
  });
}

// Who sees what

let soon;

export const refreshSeen = () => {
  clearTimeout(soon);
  soon = setTimeout(readSeen, 250);
};

const readSeen = async () => {
  const panel = one("#seen");
  const { person } = here();
  if (!panel?.checkVisibility({ visibilityProperty: true })) return;
  const html = await get("/seen", { person }).then((it) => it.text()).catch(() => "");
  if (html && here().person === person && panel.isConnected) {
    panel.replaceChildren(...parsed(html).body.childNodes);
    panel.removeAttribute("aria-busy");
  }
};

document.addEventListener("news", refreshSeen);

// The clock

const move = async (form, to) => {
  if (form.getAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  one(".note", form).textContent = here().sending;
  const body = { person: here().person, to, date: to === "date" ? one("[type=date]", form).value : "" };
  try {
    // The panel is drawn anew when the stream says that the clock has moved.
    await post("/clock", { ...body, event: eventOf(form, body) });
    one(".note", form).textContent = "";
    one("[type=date]", form).value = "";
    arrived(form);
  } catch (fault) {
    one(".note", form).textContent = fault.message;
  }
  form.removeAttribute("aria-busy");
};

// Adding a person

const add = async (form) => {
  const filled = Object.fromEntries(new FormData(form));
  const error = one(".error", form);
  const name = one("[name=name]", form);
  error.textContent = filled.name.trim() ? "" : error.dataset.sentence;
  if (error.textContent) {
    name.setAttribute("aria-invalid", "true");
    return name.focus();
  }
  if (form.getAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  try {
    const made = await post("/people", filled);
    one("#adding").close();
    await go(made.href, { focus: "#typed" });
  } catch (fault) {
    error.textContent = fault.message;
  }
  form.removeAttribute("aria-busy");
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(".clock-form")) {
    event.preventDefault();
    move(form, event.submitter?.value || "date");
  } else if (form.matches(".add-person")) {
    event.preventDefault();
    add(form);
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button, .veil");
  if (!button) return;
  if (button.dataset.open) openDrawer(button.dataset.open, button);
  else if ("close" in button.dataset || button.matches(".veil")) closeDrawer();
  else if ("add" in button.dataset) one("#adding").showModal();
  else if ("cancel" in button.dataset) one("#adding").close();
  else if (button.dataset.language) {
    const language = button.dataset.language;
    await post("/language", { person: here().person, language }).catch(() => {});
    await go(location.href, { push: false, focus: `[data-language="${language}"]` });
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !one("#adding").open) closeDrawer();
});

// Enter in the date goes to that date, not to the first button.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.id !== "clock-date") return;
  event.preventDefault();
  event.target.form.requestSubmit(one("[value=date]", event.target.form));
});
