// The conversation as a chat: a list with positions, the focused turn in the middle, the ones after it dimmed.

import { h } from "./dom.js";
import { fill, gettext } from "../words.js";

const NARROW = matchMedia("(max-width: 47.9rem)");

export class Dialogue {
  /** on: {choose(place)} */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.items = [];
  }

  render({ turns, total, speakers, hasEnd }) {
    this.items = turns.map((turn, place) => this.#turn(turn, place, total, speakers));
    if (hasEnd) this.items.push(this.#end(turns.length));
    this.root.replaceChildren(...this.items);
  }

  #turn(turn, place, total, speakers) {
    const side = speakers.indexOf(turn.speaker) % 2;
    const choose = () => this.on.choose(place);
    const speaker = turn.speaker || gettext("no speaker");
    const name = fill(gettext("Turn %(turn)s of %(total)s, %(speaker)s"), { turn: turn.index + 1, total, speaker });
    return h("li", { class: `turn side-${side}`, onclick: choose },
      h("div", { class: "turn-head" },
        h("button", { type: "button", class: "turn-number", "aria-label": name, tabindex: "-1" }, String(turn.index + 1)),
        h("span", { class: "speaker" }, speaker),
        h("span", { class: "turn-state" })),
      h("p", { class: "bubble", dir: "auto" }, turn.text || h("em", {}, gettext("An empty turn."))),
      h("p", { class: "given" }));
  }

  #end(place) {
    return h("li", { class: "turn end", onclick: () => this.on.choose(place) },
      h("div", { class: "turn-head" },
        h("button", { type: "button", class: "turn-number", "aria-label": gettext("The conversation as a whole"), tabindex: "-1" }, "∑"),
        h("span", { class: "speaker" }, gettext("The conversation as a whole")),
        h("span", { class: "turn-state" })),
      h("p", { class: "given" }));
  }

  /** states: per place {done, total, words, right}; words are the person's own answers in short, right is null until told. */
  mark(states) {
    states.forEach(({ done, total, words, right }, place) => {
      const item = this.items[place];
      if (!item) return;
      const complete = total > 0 && done === total;
      item.classList.toggle("complete", complete);
      item.classList.toggle("off", right === false);
      item.querySelector(".turn-state").textContent = right !== null ? (right ? gettext("✓ as expected") : gettext("✗ not as expected"))
        : complete ? gettext("✓ rated") : total ? fill(gettext("%(done)s of %(total)s"), { done, total }) : "";
      item.querySelector(".given").textContent = words;
    });
  }

  focus(place, { move }) {
    this.items.forEach((item, at) => {
      item.classList.toggle("after", at > place);
      item.toggleAttribute("aria-current", at === place);
      if (at === place) item.setAttribute("aria-current", "true");
      item.querySelector(".turn-number").tabIndex = at === place ? 0 : -1;
    });
    const item = this.items[place];
    if (!item) return;
    if (move) item.querySelector(".turn-number").focus({ preventScroll: true });
    // On a narrow screen the answers cover the lower half: the turn goes to the top.
    item.scrollIntoView({ block: NARROW.matches ? "start" : "center", behavior: "instant" });
  }
}
