// What a pair looks like: the context as a chat, what the responder had read, the two responses, the questions.

import { find, h } from "../rating/dom.js";
import { fill, gettext } from "../words.js";

export const ANSWERS = [
  { value: "a", key: "A", label: gettext("A is better") },
  { value: "equal", key: "E", label: gettext("Equal") },
  { value: "b", key: "B", label: gettext("B is better") },
];

const bubble = (turn) => h("p", { class: "bubble", dir: "auto" }, turn.text || h("em", {}, gettext("An empty turn.")));

export function showPair({ turns, responses, sections }) {
  const speakers = [...new Set(turns.map((turn) => turn.speaker))];
  find("turns").replaceChildren(...turns.map((turn) => h("li", { class: `turn side-${speakers.indexOf(turn.speaker) % 2}` },
    h("div", { class: "turn-head" }, h("span", { class: "speaker" }, turn.speaker)), bubble(turn))));
  find("turns").hidden = find("context-title").hidden = !turns.length;
  for (const [place, id] of ["response-a", "response-b"].entries()) {
    const said = responses[place];
    find(id).replaceChildren(...said.map((turn) => h("div", { class: "said" },
      said.length > 1 ? h("span", { class: "speaker" }, turn.speaker) : null, bubble(turn))));
  }
  const known = sections.map((section) => h("article", { class: "section" },
    section.title ? h("h3", {}, section.title) : null,
    (section.passages.length ? section.passages : [null]).map((text) => text === null
      ? h("p", { class: "missing" }, `⚠ ${gettext("This text is not in the data.")}`) : h("p", { dir: "auto" }, text))));
  find("knowledge").replaceChildren(...(known.length ? known
    : [h("p", { class: "muted" }, gettext("The data hold nothing that was read before this response."))]));
}

/** The questions with their three answers each. on: {choose(question, value), activate(index)} */
export class Questions {
  constructor(questions, on) {
    this.groups = questions.map((question, place) => this.#group(question, place, questions.length, on));
    find("questions").replaceChildren(...this.groups.map(({ group }) => group));
  }

  #group(question, place, count, on) {
    const inputs = new Map();
    const tiles = ANSWERS.map(({ value, key, label }) => {
      const input = h("input", { type: "radio", name: `question-${question.id}`, onchange: () => on.choose(question, value) });
      inputs.set(value, input);
      return h("label", { class: "tile" }, input, h("kbd", { "aria-hidden": "true" }, key), h("span", { class: "tile-text tile-label" }, label));
    });
    const group = h("fieldset", { class: "question", "aria-describedby": `text-${question.id}`, onfocusin: () => on.activate(place), onclick: () => on.activate(place) },
      h("legend", {}, h("span", { class: "question-name" }, question.name), h("span", { class: "muted small" }, count > 1 ? fill(gettext("%(done)s of %(total)s"), { done: place + 1, total: count }) : "")),
      h("p", { class: "question-text", id: `text-${question.id}` }, question.text),
      h("div", { class: "tiles" }, tiles));
    return { group, inputs };
  }

  /** choices: answers by question, in the order of the questions; null where there is none. */
  mark(choices, active, readonly) {
    this.groups.forEach(({ group, inputs }, place) => {
      for (const [value, input] of inputs) {
        input.checked = choices[place] === value;
        input.disabled = readonly;
      }
      group.classList.toggle("answered", choices[place] !== null);
      group.classList.toggle("active", place === active);
    });
    this.groups[active]?.group.scrollIntoView({ block: "nearest", behavior: "instant" });
  }
}
