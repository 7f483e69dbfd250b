// What the focused turn's speaker had read, with the sections it cites marked; what is missing is said to be missing.

import { h } from "./dom.js";

const MISSING = "This text is not in the data.";

export class Knowledge {
  constructor(root) {
    this.root = root;
    this.shown = null;
  }

  /** turn: null for the conversation as a whole. */
  render(turn, sections) {
    if (!turn) {
      this.shown = null;
      this.root.replaceChildren(h("p", { class: "muted" }, "Choose a turn to see what its speaker had read."));
      return;
    }
    const own = sections.filter((section) => section.speaker === turn.speaker || section.speaker === "");
    const unknown = turn.cited.filter((key) => !own.some((section) => section.key === key));
    const parts = [
      h("p", { class: "whose" }, h("strong", {}, turn.speaker || "No speaker"), own.length
        ? ` had ${own.length} ${own.length === 1 ? "section" : "sections"} to read.` : " had no reading set in the data."),
      turn.cited.length ? this.#cites(turn.cited, unknown) : null,
      ...own.map((section) => this.#section(section, turn.cited.includes(section.key))),
    ];
    this.root.replaceChildren(...parts.filter(Boolean));
    const cited = this.root.querySelector(".cited");
    const box = this.root.closest(".knowledge");
    if (cited && box) box.scrollTop = Math.max(0, cited.offsetTop - box.offsetTop - 60);
    else if (box && this.shown !== turn.speaker) box.scrollTop = 0;
    this.shown = turn.speaker;
  }

  #cites(cited, unknown) {
    return h("p", { class: "small cites" }, "This turn cites ", cited.flatMap((key, place) => [
      place ? ", " : "", h("span", { class: "badge accent" }, key), unknown.includes(key) ? " (not a section of this reading set)" : "",
    ]), ".");
  }

  #section(section, cited) {
    return h("article", { class: cited ? "section cited" : "section" },
      h("h3", {}, h("span", { class: "badge" }, section.key), " ", section.title || "",
        cited ? h("span", { class: "badge accent" }, "▸ cited by this turn") : null),
      section.passages.length
        ? section.passages.map((passage) => passage.text === null || passage.text === undefined
          ? h("p", { class: "missing" }, "⚠ ", MISSING) : h("p", { dir: "auto" }, passage.text))
        : h("p", { class: "missing" }, "⚠ ", MISSING));
  }
}
