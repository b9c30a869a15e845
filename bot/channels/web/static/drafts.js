// Half-written answers, kept in this page's memory only: looking at somebody else loses nothing.

const kept = new Map();

const inputs = (form) => [...form.elements].filter((it) => it.name && it.localName !== "button");

const key = (form) => form.dataset.card || (form.id ? document.body.dataset.person : "");

export const keepDraft = (form) => {
  if (!form.dataset.touched || !key(form)) return;
  kept.set(key(form), inputs(form).map((it) => [it.name, it.value, it.checked]));
};

export const restoreDraft = (form) => {
  const draft = kept.get(key(form));
  if (!draft) return;
  form.dataset.touched = "yes";
  inputs(form).forEach((it, n) => {
    const [name, value, checked] = draft[n] || [];
    if (name !== it.name) return;
    if (it.type === "radio" || it.type === "checkbox") it.checked = checked && it.value === value;
    else it.value = value;
  });
};

export const dropDraft = (form) => {
  delete form.dataset.touched;
  kept.delete(key(form));
};

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches("form.card, #composer")) return;
  form.dataset.touched = "yes";
  keepDraft(form);
});
