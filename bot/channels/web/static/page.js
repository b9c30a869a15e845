// What every other part needs: who is shown, the page's own sentences, and asking the server.

export const here = () => document.body.dataset;

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

export const address = (path, query = {}) => {
  const asked = new URLSearchParams(query).toString();
  return here().base + path + (asked ? "?" + asked : "");
};

// An id of one thing done: the same for each try of it, so that a second try has no second effect.
const tries = new WeakMap();
export const eventOf = (form, what) => {
  const key = JSON.stringify(what);
  if (tries.get(form)?.key !== key) tries.set(form, { key, event: crypto.randomUUID() });
  return tries.get(form).event;
};
export const arrived = (form) => tries.delete(form);

// Throws an Error whose message is a sentence for the reader.
export const post = async (path, body) => {
  let response;
  try {
    response = await fetch(address(path), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(here().trouble);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.sentence || here().trouble);
  return answer;
};

export const get = async (path, query) => {
  const response = await fetch(address(path, query));
  if (!response.ok) throw new Error(here().trouble);
  return response;
};

export const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

// Says that the page is cut off, or with nothing that it is back.
export const trouble = (sentence) => {
  const toast = one("#trouble");
  if (toast.textContent === sentence) return;
  toast.textContent = sentence;
  toast.classList.toggle("shown", Boolean(sentence));
};

// Changes part of the page, and puts the keyboard back where it was.
export const keepingFocus = (root, change) => {
  const active = document.activeElement;
  const same = root.contains(active) ? alike(active) : "";
  change();
  if (same) (all(same).find((it) => !it.disabled) || one("a, button, input", root))?.focus();
};

const alike = (it) => {
  if (it.id) return "#" + CSS.escape(it.id);
  for (const name of ["href", "value", "data-language", "data-add", "data-close"]) {
    if (it.hasAttribute(name)) return `${it.localName}[${name}="${CSS.escape(it.getAttribute(name))}"]`;
  }
  return it.localName;
};
