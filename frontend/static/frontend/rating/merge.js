// Two windows answered the same: what waits here is laid beside what the server holds, and the person chooses.

import { h } from "./dom.js";
import { isGiven, isSame, keyOf, NONE } from "./answers.js";
import { sent } from "./evidence.js";
import { gettext } from "../words.js";

/** What would be written here, per target: [{turn, question, before, after}], first `before`, last `after`. */
function wishes(pending) {
  const found = new Map();
  for (const operation of pending) {
    if (!operation.after) continue;
    const key = keyOf(operation.turn, operation.question);
    const { turn, question, before, after } = operation;
    found.set(key, { turn, question, before: found.get(key)?.before ?? before, after });
  }
  return [...found.values()];
}

/** Splits what waits into what nobody else touched and what clashes; what both say alike is in neither. */
export function compare(pending, standing) {
  const theirs = new Map(standing.answers.map((row) => [keyOf(row.turn, row.question), row]));
  const free = [];
  const clashes = [];
  for (const wish of wishes(pending)) {
    const saved = theirs.get(keyOf(wish.turn, wish.question)) ?? NONE;
    if (isSame(saved, wish.after)) continue;
    if (isSame(saved, wish.before)) free.push(wish);
    else clashes.push({ ...wish, saved });
  }
  return { free, clashes };
}

/** The operation that brings an answer about in one step, whatever the way to it was. */
export function operationFor({ turn, question, before, after }) {
  const { value, reason, note } = after;
  const kind = isGiven(after) ? "rate" : "clear";
  // Sent only where it changes something: a question that asks for none refuses it.
  const evidence = after.evidence || before.evidence ? { evidence: sent(after.evidence) } : {};
  return { kind, turn, question, value, reason, note, ...evidence, before, after };
}

/** Ask per clash which one stays. Resolves to the wishes that win over what is saved. */
export function ask(dialog, clashes, describe) {
  const rows = clashes.map((clash, place) => {
    const option = (mine, title, words) =>
      h("label", { class: "tile" }, h("input", { type: "radio", name: `clash-${place}`, value: mine ? "mine" : "saved", required: true }),
        h("span", { class: "tile-text" }, h("span", { class: "tile-label" }, title), h("span", { class: "tile-more" }, words)));
    const { where, mine, saved } = describe(clash);
    return h("fieldset", { class: "question" }, h("legend", {}, where),
      h("div", { class: "tiles" }, option(true, gettext("This window"), mine), option(false, gettext("Saved elsewhere"), saved)));
  });
  const form = h("form", { method: "dialog", class: "stack" },
    h("h2", { id: "merge-title" }, gettext("Answered in two places")),
    h("p", {}, gettext("While this window was waiting, another window or device saved other answers to the same questions. Choose what stays; both are kept in the history.")),
    ...rows, h("div", { class: "actions" }, h("button", { class: "primary" }, gettext("Keep these"))));
  dialog.replaceChildren(form);
  dialog.setAttribute("aria-labelledby", "merge-title");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.showModal();
  return new Promise((resolve) => {
    form.addEventListener("submit", () => {
      const chosen = new FormData(form);
      resolve(clashes.filter((_, place) => chosen.get(`clash-${place}`) === "mine"));
    }, { once: true });
  });
}
