// The questions about the focused turn: groups of answers, with the keys printed on the group that listens.

import { find, h } from "./dom.js";
import { isGiven } from "./answers.js";
import { lacks, pointsAt } from "./evidence.js";
import { keyFor } from "./keys.js";
import { fill, gettext } from "../words.js";

/** The answers of a question with their keys: [{key, label, description, mark, answer: {value} or {reason}}] */
export function choicesOf(question) {
  const points = question.scale.map((point, place) => ({
    key: keyFor(`answer-${place + 1}`), label: String(point.label || point.value), description: point.description,
    mark: question.kind === "number" && point.label ? String(point.value) : "", answer: { value: point.value, reason: "" },
  }));
  const reasons = question.null_reasons.map((one, place) => ({
    key: keyFor(`reason-${place + 1}`), label: one.label || one.reason, description: one.description, mark: "",
    answer: { value: null, reason: one.reason },
  }));
  return [...points, ...reasons];
}

export function holds(question, answer, choice) {
  if (choice.answer.reason) return answer.reason === choice.answer.reason;
  if (question.kind === "labels") return (answer.value ?? []).includes(choice.answer.value);
  return answer.value === choice.answer.value;
}

/** An answer in a few words, for the turn it was given to. */
export function inWords(question, answer) {
  return choicesOf(question).filter((choice) => holds(question, answer, choice)).map((choice) => choice.label).join(", ");
}

export class Labels {
  /** on: {answer(question, choice), activate(question), note(question, text), clear(question), point(question), personal(question), meaning(question)} */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.groups = new Map();
  }

  render({ heading, questions, answerTo, feedbackTo, readonly, empty }) {
    this.groups.clear();
    const groups = questions.map((question, place) => this.#group(question, place, questions.length, answerTo(question), readonly, feedbackTo(question)));
    this.root.replaceChildren(
      h("h2", { class: "labels-head" }, heading),
      ...(groups.length ? groups : [h("p", { class: "muted" }, empty)]),
    );
  }

  #group(question, place, count, answer, readonly, feedback) {
    const name = `question-${question.id}`;
    const tiles = choicesOf(question).map((choice) => this.#tile(question, choice, name, readonly));
    const group = h("fieldset", { class: "question", onfocusin: () => this.on.activate(question.id), onclick: () => this.on.activate(question.id) },
      h("legend", {}, h("span", { class: "question-name" }, question.name),
        h("span", { class: "muted small" }, question.required ? "" : ` ${gettext("optional")}`, count > 1 ? ` ${fill(gettext("%(done)s of %(total)s"), { done: place + 1, total: count })}` : "")),
      h("p", { class: "question-text", id: `${name}-text` }, question.question),
      h("button", { type: "button", class: "quiet small meaning-open", onclick: () => this.on.meaning(question) },
        h("kbd", { "aria-hidden": "true" }, keyFor("meaning")), ` ${find("meaning-dialog").dataset.words}`),
      feedback ? this.#feedback(feedback) : null,
      h("div", { class: "tiles" }, tiles.map((tile) => tile.element)),
      question.evidence ? this.#evidence(question, readonly) : null,
      this.#extras(question, answer, readonly));
    group.setAttribute("aria-describedby", `${name}-text`);
    this.groups.set(question.id, { group, tiles, question, note: group.querySelector("textarea") });
    this.update(question.id, answer);
    return group;
  }

  #tile(question, choice, name, readonly) {
    const many = question.kind === "labels" && !choice.answer.reason;
    const input = h("input", { type: many ? "checkbox" : "radio", name: many ? null : name, disabled: readonly,
      onchange: () => this.on.answer(question, choice) });
    const element = h("label", { class: "tile" }, input,
      choice.key ? h("kbd", { "aria-hidden": "true" }, choice.key) : h("span", {}),
      h("span", { class: "tile-text" }, h("span", { class: "tile-label" }, choice.label),
        choice.description ? h("span", { class: "tile-more" }, choice.description) : null),
      choice.mark && choice.mark !== choice.key ? h("span", { class: "tile-mark" }, choice.mark) : null);
    return { element, input, choice };
  }

  #feedback({ right, expected, why }) {
    return h("div", { class: `feedback notice ${right ? "ok" : "warn"}` },
      h("p", {}, h("strong", {}, right ? gettext("✓ As expected") : gettext("✗ Not as expected")), `: ${expected}`),
      why ? h("p", {}, why) : null);
  }

  #evidence(question, readonly) {
    return h("div", { class: "evidence" },
      h("p", { class: "evidence-words small" }),
      h("div", { class: "inline" },
        h("button", { type: "button", class: "small point", onclick: () => this.on.point(question) }, h("kbd", { "aria-hidden": "true" }, keyFor("evidence")), " ", gettext("Point at sentences")),
        h("button", { type: "button", class: "small personal", disabled: readonly, "aria-pressed": "false", onclick: () => this.on.personal(question) }, h("kbd", { "aria-hidden": "true" }, keyFor("personal")), " ", gettext("Personal knowledge"))));
  }

  #extras(question, answer, readonly) {
    const note = h("textarea", { rows: "2", maxlength: "4000", "aria-label": fill(gettext("Note on %(question)s"), { question: question.name }), readonly,
      hidden: !answer.note, onchange: (event) => this.on.note(question, event.target.value) });
    note.value = answer.note;
    return h("div", { class: "extras" },
      h("div", { class: "inline" },
        h("button", { type: "button", class: "quiet small", disabled: readonly, onclick: () => this.openNote(question.id) }, h("kbd", { "aria-hidden": "true" }, keyFor("note")), " ", gettext("Note")),
        h("button", { type: "button", class: "quiet small clear", disabled: readonly, onclick: () => this.on.clear(question) }, h("kbd", { "aria-hidden": "true" }, keyFor("clear")), " ", gettext("Clear"))),
      note);
  }

  update(id, answer) {
    const found = this.groups.get(id);
    if (!found) return;
    for (const tile of found.tiles) tile.input.checked = holds(found.question, answer, tile.choice);
    const open = lacks(found.question, answer);
    found.group.classList.toggle("answered", isGiven(answer) && !open);
    const box = found.group.querySelector(".evidence");
    if (box) {
      box.hidden = answer.reason !== "";
      box.classList.toggle("needed", Boolean(open));
      box.querySelector(".evidence-words").textContent = answer.evidence ? fill(gettext("Evidence: %(evidence)s"), { evidence: pointsAt(answer.evidence) })
        : open ? gettext("⚠ What supports or contradicts it?") : gettext("Evidence: none yet");
      box.querySelector(".personal").setAttribute("aria-pressed", String(Boolean(answer.evidence?.personal_knowledge)));
    }
    found.group.querySelector(".clear").hidden = !isGiven(answer);
    if (document.activeElement !== found.note) {
      found.note.value = answer.note;
      if (answer.note) found.note.hidden = false;
    }
  }

  activate(id) {
    for (const [at, { group }] of this.groups) group.classList.toggle("active", at === id);
    const group = this.groups.get(id)?.group;
    // What has the focus is in view; scrolling between a press and its release would take the button from under it.
    if (group && !group.contains(document.activeElement)) group.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  openNote(id) {
    const note = this.groups.get(id)?.note;
    if (!note || note.readOnly) return;
    note.hidden = false;
    note.focus();
  }

  /** The choice that a key means in the question that listens. */
  choiceOf(id, key) {
    return this.groups.get(id)?.tiles.map((tile) => tile.choice).find((choice) => choice.key === key);
  }
}
