// What only improves pages that work without it: people found while somebody types, drafts that
// outlive a crash, the first mistake in focus. No page needs it.
"use strict";

// Drafts: what is typed stays in this browser, for whoever is recording, until the form is done.
const who = document.querySelector(".workers [aria-pressed=true]")?.value || "";
const draftKey = (name) => "draft-" + name + "-" + who;
if (document.querySelector(".done") && sessionStorage.getItem("sent")) {
  localStorage.removeItem(sessionStorage.getItem("sent"));
}
sessionStorage.removeItem("sent");
for (const link of document.querySelectorAll("[data-drop]")) {
  link.addEventListener("click", () => localStorage.removeItem(draftKey(link.dataset.drop)));
}
// Of rows that were saved meanwhile nothing is left to keep.
for (const form of document.querySelectorAll("form[data-draft^=slips-]")) {
  const batch = form.dataset.draft.replace(/[0-9]+$/, "");
  for (const key of Object.keys(localStorage)) {
    const isOfBatch = key.startsWith("draft-" + batch);
    if (isOfBatch && key !== draftKey(form.dataset.draft)) localStorage.removeItem(key);
  }
}
const isTouched = (field) => field.type === "radio" || field.type === "checkbox";
for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = draftKey(form.dataset.draft);
  const kept = [...form.elements].filter((field) => (
    field.name && !["hidden", "submit"].includes(field.type)));
  const draft = JSON.parse(localStorage.getItem(key) || "null");
  const mark = form.querySelector("[data-kept]");
  mark?.querySelector("[data-forget]").addEventListener("click", () => {
    localStorage.removeItem(key);
    form.reset();
    mark.hidden = true;
    kept.find((field) => !isTouched(field))?.focus();
  });
  if (draft && !document.querySelector(".faults") && !location.search) {
    for (const field of kept) {
      if (isTouched(field)) field.checked = draft[field.name] === field.value;
      else if (field.name in draft) field.value = draft[field.name];
    }
    // What looks like a saved page is none: it says so, and can be thrown away.
    if (mark) mark.hidden = Object.keys(draft).length === 0;
  }
  const keep = () => {
    const values = {};
    for (const field of kept) {
      if (isTouched(field) ? field.checked : field.value !== field.defaultValue) {
        values[field.name] = field.value;
      }
    }
    localStorage.setItem(key, JSON.stringify(values));
  };
  form.addEventListener("input", () => setTimeout(keep));
  form.addEventListener("change", () => setTimeout(keep));
  form.addEventListener("submit", () => sessionStorage.setItem("sent", key));
}

// A time that is typed takes the place of one that was touched, and the other way round.
const typedMinutes = document.getElementById("minutes");
if (typedMinutes) {
  const chips = [...document.querySelectorAll("input[name=chip]")];
  typedMinutes.addEventListener("input", () => chips.forEach((chip) => (chip.checked = false)));
  for (const chip of chips) chip.addEventListener("change", () => (typedMinutes.value = ""));
}

// People, as a combobox: what follows the last semicolon is looked for.
for (const input of document.querySelectorAll("input[data-find]")) {
  const list = document.createElement("ul");
  list.className = "found";
  list.id = input.id + "-found";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0].textContent);
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  let chosen = -1;
  // Somebody went through the list: what is marked is meant, and not just the first of several.
  let isPicked = false;
  let asked = 0;

  const wanted = () => input.value.split(";").pop().trim();
  let shownFor = null;
  const close = () => {
    list.hidden = true;
    chosen = -1;
    isPicked = false;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    chosen = index;
    [...list.children].forEach((item, at) => {
      item.setAttribute("aria-selected", at === index ? "true" : "false");
    });
    if (index < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  };
  const take = (label) => {
    const before = input.value.split(";").slice(0, -1).map((name) => name.trim());
    input.value = [...before, label].join("; ");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };
  const look = async () => {
    const number = ++asked;
    const typed = wanted();
    const answer = await fetch("/find?q=" + encodeURIComponent(typed));
    const labels = answer.ok ? (await answer.text()).split("\n").filter(Boolean) : [];
    if (number !== asked || document.activeElement !== input) return;
    list.replaceChildren(...labels.map((label, index) => {
      const item = document.createElement("li");
      item.id = list.id + "-" + index;
      item.setAttribute("role", "option");
      item.textContent = label;
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(label); });
      return item;
    }));
    if (labels.length === 0 || labels.includes(typed)) return close();
    shownFor = typed;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(typed ? 0 : -1);
  };
  input.addEventListener("input", (event) => { if (event.isTrusted) look(); });
  // Who gave or received last, for one touch; not when the page itself moved here.
  input.addEventListener("click", () => { if (list.hidden) look(); });
  input.addEventListener("blur", close);
  // A scanner types a card and Enter: what it means is taken, and the next field is in turn.
  const takeCard = async () => {
    const answer = await fetch("/find?q=" + encodeURIComponent(wanted()));
    const labels = answer.ok ? (await answer.text()).split("\n").filter(Boolean) : [];
    if (labels.length > 0) take(labels[0]);
    const fields = [...input.form.elements].filter((field) => (
      field.name && field.type !== "hidden"));
    fields[fields.indexOf(input) + 1]?.focus();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && /^hourbook\W/i.test(wanted())) {
      event.preventDefault();
      takeCard();
      return;
    }
    const count = list.children.length;
    if (list.hidden || count === 0) return;
    isPicked ||= event.key === "ArrowDown" || event.key === "ArrowUp";
    if (event.key === "ArrowDown") mark((chosen + 1) % count);
    else if (event.key === "ArrowUp") mark((chosen + count - 1) % count);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) {
      // A list of what was typed before is not what is meant, nor one of several in passing.
      const isMeant = event.key === "Enter" || isPicked || count === 1;
      if (shownFor === wanted() && isMeant) take(list.children[chosen].textContent);
      else close();
      if (event.key === "Tab") return;
    } else return;
    event.preventDefault();
  });
}

// A page that waits for something elsewhere looks again until it has come.
const waiting = document.querySelector("[data-look]");
if (waiting) {
  const later = () => setTimeout(look, waiting.dataset.look * 1000);
  const look = async () => {
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const state = page.querySelector("[data-look]")?.dataset.state;
      if (answer.redirected || state !== waiting.dataset.state) return location.reload();
    } catch { /* the office cannot be reached for a moment */ }
    later();
  };
  later();
}

// What is there to be taken elsewhere.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard?.writeText(field.value);
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Keys, where somebody works off a queue: not while they type, and not where they were turned off.
const keyed = [...document.querySelectorAll("[data-key]")];
const areKeysOff = () => localStorage.getItem("keys") === "off";
const pressed = (target) => {
  if (target.type !== "radio") return target.tagName === "INPUT" ? target.focus() : target.click();
  target.checked = true;
  const then = target.dataset.then;
  (document.getElementById(then) || document.querySelector(`[name=${then}]`))?.focus();
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || areKeysOff()) return;
  const isTyping = event.target.closest(
    "input:not([type=radio]):not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && isTyping) return event.target.blur();
  if (isTyping || (event.key === "Enter" && event.target.closest("a, button, summary"))) return;
  const target = keyed.find((one) => one.dataset.key === event.key);
  if (!target) return;
  event.preventDefault();
  pressed(target);
});
for (const field of document.querySelectorAll("[data-chooses]")) {
  const choose = () => {
    document.querySelector(`[name=choice][value=${field.dataset.chooses}]`).checked = true;
  };
  field.addEventListener("input", choose);
  field.addEventListener("change", choose);
}
for (const field of document.querySelectorAll("[name=keep]")) {
  field.addEventListener("change", () => {
    document.querySelector("[name=choice][value=several]").checked = true;
  });
}
const keys = document.querySelector("details.keys");
if (keys) {
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox" });
  box.checked = !areKeysOff();
  box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "on" : "off"));
  label.append(box, " " + keys.dataset.switch);
  keys.append(label);
}

const faults = document.querySelector(".faults[tabindex]");
if (faults) faults.focus();
// What is asked is read before anything is recorded: the page stays at its head.
else if (!document.querySelector(".question"))
  (document.querySelector("[autofocus]") || document.getElementById("gave"))?.focus();
