// What the focused turn's speaker had read, with the sections it cites marked; what is missing is said to be missing.
// Where a question asks for evidence, its sentences can be pointed at: by click, or by keys once one of them has focus.

import { h } from "./dom.js";
import { stanceOf, stanceWords } from "./evidence.js";
import { actionOf } from "./keys.js";
import { gettext, ngettext } from "../words.js";

const MISSING = gettext("This text is not in the data.");

export class Knowledge {
  #spans = []; // {element, glyph, words, at} in the order of reading

  /** on: {turn(place of a sentence, places of all), leave()} */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.shown = null;
    root.addEventListener("keydown", (event) => this.#key(event));
  }

  /** turn: null for the conversation as a whole. pointing: {evidence, readonly}, null where nothing asks for any. */
  render(turn, sections, pointing) {
    this.#spans = [];
    this.points = Boolean(turn && pointing);
    if (!turn) {
      this.shown = null;
      this.root.replaceChildren(h("p", { class: "muted" }, gettext("Choose a turn to see what its speaker had read.")));
      return;
    }
    const all = sections.filter((section) => section.speaker === turn.speaker || section.speaker === "");
    // A section of the speaker's own hides a common one of the same key, as on the server.
    const own = all.filter((section) => section.speaker !== "" || !all.some((other) => other.speaker !== "" && other.key === section.key));
    const unknown = turn.cited.filter((key) => !own.some((section) => section.key === key));
    const parts = [
      h("p", { class: "whose" }, h("strong", {}, turn.speaker || gettext("No speaker")), " ", own.length
        ? ngettext("had %(n)s section to read.", "had %(n)s sections to read.", own.length) : gettext("had no reading set in the data.")),
      turn.cited.length ? this.#cites(turn.cited, unknown) : null,
      pointing && own.length ? h("p", { class: "small muted", id: "pointing" }, gettext("Click a sentence, or go to it by the keys and press Space: once for supports, twice for contradicts.")) : null,
      ...own.map((section) => this.#section(section, turn.cited.includes(section.key))),
      // Where the reading set lies over the answers; elsewhere both are seen and this is hidden.
      pointing ? h("button", { type: "button", class: "back", onclick: () => this.on.leave() }, gettext("Back to the answer")) : null,
    ];
    this.root.replaceChildren(...parts.filter(Boolean));
    this.#rove(this.#first());
    this.mark(pointing);
    const cited = this.root.querySelector(".cited");
    const box = this.root.closest(".knowledge");
    if (cited && box) box.scrollTop = Math.max(0, cited.offsetTop - box.offsetTop - 60);
    else if (box && this.shown !== turn.speaker) box.scrollTop = 0;
    this.shown = turn.speaker;
  }

  #cites(cited, unknown) {
    return h("p", { class: "small cites" }, gettext("This turn cites"), " ", cited.flatMap((key, place) => [
      place ? ", " : "", h("span", { class: "badge accent" }, key), unknown.includes(key) ? ` ${gettext("(not a section of this reading set)")}` : "",
    ]), ".");
  }

  #section(section, cited) {
    return h("article", { class: cited ? "section cited" : "section" },
      h("h3", {}, h("span", { class: "badge" }, section.key), " ", section.title || "",
        cited ? h("span", { class: "badge accent" }, gettext("▸ cited by this turn")) : null),
      section.passages.length
        ? section.passages.map((passage, place) => passage.text === null || passage.text === undefined
          ? h("p", { class: "missing" }, "⚠ ", MISSING)
          : h("p", { dir: "auto" }, this.points && passage.sentences ? this.#sentences(section.key, place, passage.sentences, cited) : passage.text))
        : h("p", { class: "missing" }, "⚠ ", MISSING));
  }

  #sentences(section, passage, sentences, cited) {
    return sentences.flatMap((text, sentence) => {
      const at = { section, passage, sentence };
      const glyph = h("span", { "aria-hidden": "true", class: "stance-sign" });
      const words = h("span", { class: "visually-hidden" });
      const bare = text.trimEnd();
      const element = h("span", { role: "button", class: "sentence", tabindex: "-1", "aria-pressed": "false",
        onclick: () => { this.#rove(span); this.#turn(span); } }, glyph, words, bare);
      const span = { element, glyph, words, at, cited };
      this.#spans.push(span);
      return [element, text.slice(bare.length)];
    });
  }

  /** Show what the answer points at now. */
  mark(pointing) {
    for (const { element, glyph, words, at } of this.#spans) {
      const stance = stanceOf(pointing?.evidence, at);
      element.dataset.stance = stance;
      element.setAttribute("aria-pressed", String(stance !== ""));
      element.setAttribute("aria-disabled", String(!pointing || pointing.readonly));
      glyph.textContent = { supports: "✓ ", contradicts: "✗ " }[stance] ?? "";
      words.textContent = stance ? `${stanceWords(stance)}: ` : "";
    }
  }

  /** Focus the sentence to begin with; false where there is none. */
  enter() {
    const begin = this.#spans.find(({ element }) => element.tabIndex === 0);
    begin?.element.focus();
    return Boolean(begin);
  }

  #first() {
    return this.#spans.find(({ cited }) => cited) ?? this.#spans[0];
  }

  /** One sentence is on the way of the Tab key; the others are reached from it. */
  #rove(to) {
    for (const span of this.#spans) span.element.tabIndex = span === to ? 0 : -1;
  }

  #turn(span) {
    this.on.turn(span.at, this.#spans.map((each) => each.at));
  }

  #key(event) {
    const from = this.#spans.findIndex(({ element }) => element === event.target);
    if (from < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = actionOf(event)?.name;
    const step = name === "next" || event.key === "ArrowRight" ? 1 : name === "previous" || event.key === "ArrowLeft" ? -1 : 0;
    if (step) {
      const to = this.#spans[Math.min(this.#spans.length - 1, Math.max(0, from + step))];
      this.#rove(to);
      to.element.focus();
    } else if (event.key === "Enter" || event.key === " ") this.#turn(this.#spans[from]);
    else if (event.key === "Escape" || name === "evidence") this.on.leave();
    else return;
    event.preventDefault();
  }
}
